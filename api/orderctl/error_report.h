#pragma once

#include <string>

#include "grpcpp/support/status.h"

namespace orders::api {

/// What a failed call tells a person, in one to three lines without the last line's end:
/// the code, the reason and the text; then the rule, the allowed commands or the wrong fields, if
/// the details name them; then what to do. `retry_hint`: how to ask again, may be empty.
std::string ErrorText(const grpc::Status& status, const std::string& retry_hint);

/// The reason of the status' google.rpc.ErrorInfo, like "NOT_PAID"; empty if it has none.
std::string ReasonOf(const grpc::Status& status);

}  // namespace orders::api
