#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "google/protobuf/message.h"

#include "api/orderctl/session.h"

namespace orders::api {

/// An answer as it was asked for: `text()` for people, JSON indented, or on a line.
void ShowMessage(Session& session, const google::protobuf::Message& answer,
                 absl::FunctionRef<std::string()> text);

/// "READ_MODEL_STATE_RUNNING" without its prefix is "running" to people.
std::string Word(const std::string& enum_name, const std::string& prefix);

}  // namespace orders::api
