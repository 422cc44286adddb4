#pragma once

#include <set>
#include <string>

#include "google/protobuf/descriptor.h"
#include "nlohmann/json.hpp"

#include "api/http/proto_comments.h"
#include "api/http/router.h"

namespace orders::api {

using OpenApiJson = nlohmann::ordered_json;

/// JSON Schemas (draft 2020-12, as OpenAPI 3.1 has them) of messages as the API's JSON has them:
/// 64-bit integers are texts.
class OpenApiSchemas {
 public:
  /// `comments` outlive it.
  explicit OpenApiSchemas(const ProtoComments& comments) : comments_(comments) {}

  /// A reference to the schema of what an answer holds, which is made if it is new.
  OpenApiJson OfAnswer(const google::protobuf::Descriptor& message);
  /// The same of the body of a request: without what the path says, and with nothing else.
  OpenApiJson OfBody(const Route& route);
  /// Of a field by itself, as a parameter is one. Of a message: a time alone.
  OpenApiJson OfField(const google::protobuf::FieldDescriptor& field);
  std::string CommentOf(const google::protobuf::FieldDescriptor& field) const;

  /// By name; all that were referred to.
  OpenApiJson Take() { return std::move(schemas_); }

 private:
  enum class Side { kRequest, kAnswer };

  OpenApiJson ReferTo(const google::protobuf::Descriptor& message, Side side);
  OpenApiJson ReferTo(const google::protobuf::EnumDescriptor& type);
  OpenApiJson OfSingle(const google::protobuf::FieldDescriptor& field, Side side);
  OpenApiJson OfMessage(const google::protobuf::Descriptor& message, Side side,
                        const std::set<std::string>& left_out);

  const ProtoComments& comments_;
  OpenApiJson schemas_ = OpenApiJson::object();
};

/// "orders.v1.Payment.State" is "Payment.State".
template <typename Descriptor>
std::string SchemaName(const Descriptor& type) {
  return type.full_name().substr(type.file()->package().size() + 1);
}

}  // namespace orders::api
