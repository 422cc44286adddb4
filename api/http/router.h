#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

#include "api/http/request_target.h"

namespace orders::api {

/// An rpc as HTTP has it, by its google.api.http annotation.
struct Route {
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::string http_method;  ///< "GET" or "POST"
  std::string path;         ///< As annotated: "/v1/orders/{order_id}:confirm"
  bool takes_body = false;  ///< The request is the body, but for what the path says.
  /// What the path says: fields of the request, each a text.
  std::vector<const google::protobuf::FieldDescriptor*> path_fields;
};

/// Finds the rpc that a request is for. Of the language of http.proto it takes what our API has:
/// GET, and POST with body "*"; segments that are literal or {field}; a verb after the last one.
/// Built once; then thread-safe.
class Router {
 public:
  Router();
  Router(Router&&) noexcept;
  ~Router();

  /// Errors: InvalidArgument, the annotation is missing or not of those; AlreadyExists, another
  /// rpc answers there.
  absl::Status Add(const google::protobuf::MethodDescriptor& method);

  /// The routes of a path, one for each method of HTTP that it takes; and the values of their path
  /// fields, decoded. Errors: NotFound, there is none; InvalidArgument, as DecodePercent.
  struct Match {
    const std::vector<Route>* routes = nullptr;
    std::vector<std::string> values;
  };
  absl::StatusOr<Match> Find(const RequestTarget& target) const;

  /// All of them, in the order in which they were added.
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  std::vector<Route> routes_;
};

}  // namespace orders::api
