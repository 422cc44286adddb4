#include "infrastructure/eventstoredb/client/read_call.h"

#include <utility>

namespace eventstoredb::client {

std::shared_ptr<ReadCall> OpenRead(std::shared_ptr<ClientCore> core, ReadCall::Request request,
                                   const CallOptions& options, absl::Time deadline) {
  ErrorDetails about{.stream = request.options().stream().stream_identifier().stream_name()};
  return ReadCall::Start(
      std::move(core),
      [](const Connection& connection, auto... arguments) {
        connection.streams->async()->Read(arguments...);
      },
      std::move(request), std::move(about), options, deadline);
}

}  // namespace eventstoredb::client
