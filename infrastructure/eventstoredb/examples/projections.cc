// Prints how a server's projections are; with a name, that one's state as JSON.
//   projections 'esdb://localhost:2113?tls=false' [NAME [PARTITION]]
#include <iostream>
#include <string>

#include "eventstoredb/client.h"
#include "eventstoredb/connection_string.h"

namespace {

int Fail(const absl::Status& status) {
  std::cerr << status << '\n';
  return 1;
}

void Print(const eventstoredb::ProjectionStatistics& projection) {
  std::cout << projection.name << ' ' << projection.status;
  if (!projection.processing_status.empty()) std::cout << '/' << projection.processing_status;
  if (projection.progress_percent.has_value()) {
    std::cout << ' ' << *projection.progress_percent << '%';
  }
  if (!projection.reason.empty()) std::cout << ": " << projection.reason;
  std::cout << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    std::cerr << "usage: projections CONNECTION_STRING [NAME [PARTITION]]\n";
    return 2;
  }
  const auto parsed = eventstoredb::ParseConnectionString(argv[1]);
  if (!parsed.ok()) return Fail(parsed.status());
  const auto client = eventstoredb::Client::Create(parsed->options);
  if (!client.ok()) return Fail(client.status());

  if (argc == 2) {
    const auto all = (*client)->projections().List();
    if (!all.ok()) return Fail(all.status());
    for (const eventstoredb::ProjectionStatistics& projection : *all) Print(projection);
    return 0;
  }
  const auto state =
      (*client)->projections().GetState({.name = argv[2], .partition = argc == 4 ? argv[3] : ""});
  if (!state.ok()) return Fail(state.status());
  std::cout << *state << '\n';
  return 0;
}
