#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace orders::api {

/// protobuf's JSON of `message`, with the proto's field names and with fields that are zero or
/// empty; ends with a line's end. One line, or indented. Empty if the message cannot be written
/// (a timestamp out of range).
std::string JsonLine(const google::protobuf::Message& message);
std::string JsonIndented(const google::protobuf::Message& message);

}  // namespace orders::api
