#include "api/http/router.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/api/annotations.pb.h"

namespace orders::api {

using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

/// A place after some segments. A literal is preferred to a field.
struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
  std::unique_ptr<Node> field;
  struct Ending {
    std::string verb;
    std::vector<Route> routes;
  };
  std::vector<Ending> endings;

  Node& Literal(std::string_view text) {
    for (auto& [literal, node] : literals) {
      if (literal == text) return *node;
    }
    return *literals.emplace_back(std::string(text), std::make_unique<Node>()).second;
  }
  Node& Field() {
    if (field == nullptr) field = std::make_unique<Node>();
    return *field;
  }
  Ending& EndingOf(std::string_view verb) {
    for (Ending& ending : endings) {
      if (ending.verb == verb) return ending;
    }
    return endings.emplace_back(Ending{std::string(verb), {}});
  }
  const Ending* FindEnding(std::string_view verb) const {
    const auto found = std::find_if(endings.begin(), endings.end(),
                                    [verb](const Ending& ending) { return ending.verb == verb; });
    return found == endings.end() ? nullptr : &*found;
  }
};

namespace {

absl::Status Bad(const MethodDescriptor& method, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat(method.full_name(), ": its google.api.http ", what));
}

absl::StatusOr<Route> ReadRule(const MethodDescriptor& method) {
  if (!method.options().HasExtension(google::api::http)) return Bad(method, "is missing");
  const google::api::HttpRule& rule = method.options().GetExtension(google::api::http);
  Route route{.method = &method};
  if (!rule.response_body().empty() || rule.additional_bindings_size() > 0) {
    return Bad(method, "has a response_body or additional_bindings");
  }
  if (rule.pattern_case() == google::api::HttpRule::kGet && rule.body().empty()) {
    route.http_method = "GET";
    route.path = rule.get();
    return route;
  }
  if (rule.pattern_case() == google::api::HttpRule::kPost && rule.body() == "*") {
    route.http_method = "POST";
    route.path = rule.post();
    route.takes_body = true;
    return route;
  }
  return Bad(method, "is neither get nor post with body \"*\"");
}

absl::Status NothingThere() {
  return absl::NotFoundError("nothing is at this path; docs/api.md lists all");
}

/// The field that a segment "{name}" stands for; null: it is a literal.
absl::StatusOr<const FieldDescriptor*> FieldOf(const MethodDescriptor& method,
                                               std::string_view segment) {
  if (segment.find_first_of("{}*=") == std::string_view::npos) return nullptr;
  if (segment.size() < 3 || segment.front() != '{' || segment.back() != '}') {
    return Bad(method, absl::StrCat("has the segment ", std::string(segment)));
  }
  const std::string name(segment.substr(1, segment.size() - 2));
  const FieldDescriptor* const field = method.input_type()->FindFieldByName(name);
  if (field == nullptr || field->is_repeated() ||
      field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    return Bad(method, absl::StrCat("names ", name, ", which is no text of its request"));
  }
  return field;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::Router(Router&&) noexcept = default;
Router::~Router() = default;

absl::Status Router::Add(const MethodDescriptor& method) {
  absl::StatusOr<Route> route = ReadRule(method);
  if (!route.ok()) return route.status();
  const absl::StatusOr<RequestTarget> template_parts = ParseTarget(route->path);
  if (!template_parts.ok() || !template_parts->query.empty()) {
    return Bad(method, absl::StrCat("has the path ", route->path));
  }
  Node* node = root_.get();
  for (const std::string_view segment : template_parts->segments) {
    const absl::StatusOr<const FieldDescriptor*> field = FieldOf(method, segment);
    if (!field.ok()) return field.status();
    if (*field == nullptr) {
      node = &node->Literal(segment);
    } else {
      route->path_fields.push_back(*field);
      node = &node->Field();
    }
  }
  std::vector<Route>& here = node->EndingOf(template_parts->verb).routes;
  for (const Route& other : here) {
    if (other.http_method == route->http_method) {
      return absl::AlreadyExistsError(absl::StrCat(method.full_name(), " and ",
                                                   other.method->full_name(), " are both at ",
                                                   route->http_method, " ", route->path));
    }
  }
  here.push_back(*route);
  routes_.push_back(*std::move(route));
  return absl::OkStatus();
}

absl::StatusOr<Router::Match> Router::Find(const RequestTarget& target) const {
  Match match;
  const Node* node = root_.get();
  for (const std::string_view segment : target.segments) {
    const auto literal = std::find_if(node->literals.begin(), node->literals.end(),
                                      [segment](const auto& one) { return one.first == segment; });
    if (literal != node->literals.end()) {
      node = literal->second.get();
      continue;
    }
    // Looked at even where nothing takes it: what is broken or hostile is told so.
    absl::StatusOr<std::string> value = DecodePercent(segment);
    if (!value.ok()) return value.status();
    if (node->field == nullptr || value->empty() || *value == "." || *value == ".." ||
        value->find('/') != std::string::npos) {
      return NothingThere();
    }
    match.values.push_back(*std::move(value));
    node = node->field.get();
  }
  const Node::Ending* const ending = node->FindEnding(target.verb);
  if (ending == nullptr) return NothingThere();
  match.routes = &ending->routes;
  return match;
}

}  // namespace orders::api
