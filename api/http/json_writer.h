#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace orders::api {

/// Appends `message` as proto3 JSON with the fields' own names (order_id, not orderId) and with
/// zeros and empty lists; 64-bit integers are texts. It says what protobuf's own printer says with
/// these options, many times faster: that one encodes the message and reads it back by a copy of
/// its type. For the kinds of field that the API has: no maps, no groups, no Any.
void AppendMessageJson(const google::protobuf::Message& message, std::string& json);

}  // namespace orders::api
