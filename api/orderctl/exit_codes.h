#pragma once

#include "absl/strings/string_view.h"
#include "grpcpp/support/status_code_enum.h"

namespace orders::api {

// What scripts see: the numbers are those of sysexits.h, and stable.
inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;  ///< The domain said no; nothing changed.
inline constexpr int kExitUsage = 64;   ///< The command line is wrong; nothing was sent.
inline constexpr int kExitData = 65;    ///< A value the service does not take, or damaged data.
inline constexpr int kExitNotFound = 66;
inline constexpr int kExitUnavailable = 69;  ///< No connection, or the service cannot answer now.
inline constexpr int kExitInternal = 70;     ///< A bug, here or there; the demo's sums differ.
inline constexpr int kExitOutput = 74;       ///< Standard output cannot be written.
inline constexpr int kExitTryAgain = 75;  ///< Lost a race, a bound was reached, or outcome unknown.
inline constexpr int kExitProtocol = 76;  ///< The server does not know the call.
inline constexpr int kExitPermission = 77;
inline constexpr int kExitInterrupted = 130;  ///< Ctrl-C.

int ExitCodeFor(grpc::StatusCode code);

/// "FAILED_PRECONDITION"; "UNKNOWN" for numbers that gRPC does not have.
absl::string_view StatusCodeName(grpc::StatusCode code);

/// For --help: one line for each exit code.
absl::string_view ExitCodesHelp();

}  // namespace orders::api
