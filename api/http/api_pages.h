#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "api/http/http_message.h"
#include "api/http/router.h"
#include "api/http/static_body.h"
#include "domain/order/absl_view.h"

namespace orders::api {

/// What the API says of itself: /openapi.json, made of its routes, and /docs, a page that shows it
/// to people. Built once; then thread-safe.
class ApiPages {
 public:
  ApiPages(const std::vector<Route>& routes, std::string_view version);
  ApiPages(const ApiPages&) = delete;  // It keeps views of itself.
  ApiPages& operator=(const ApiPages&) = delete;

  bool Has(std::string_view path) const { return pages_.contains(domain::View(path)); }
  /// `path` is one of them, asked with GET or HEAD.
  HttpResponse Answer(const HttpRequest& request, std::string_view path) const;

 private:
  const std::string document_;  ///< What /openapi.json answers.
  absl::flat_hash_map<std::string, StaticBody> pages_;
};

}  // namespace orders::api
