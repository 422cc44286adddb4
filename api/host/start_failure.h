#pragma once

#include <string>

#include "absl/status/status.h"

#include "api/exit_codes.h"

namespace orders::api {

/// Why the program did not start.
struct StartFailure {
  ExitCode code = ExitCode::kInternal;
  std::string text;  ///< For a person: what is wrong, and what to change.
};

/// `status` has the codes of EmbeddedEventStore::Open, and says what is wrong with `path`.
StartFailure DataFailure(const absl::Status& status, const std::string& path);
/// `status` has the codes of GrpcServer::Start, and says what is wrong with `setting`, an address.
StartFailure ListenFailure(const absl::Status& status, const std::string& setting);

}  // namespace orders::api
