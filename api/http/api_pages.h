#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "api/http/http_message.h"
#include "api/http/router.h"

namespace orders::api {

/// What the API says of itself: /openapi.json, made of its routes, and /docs, a page that shows it
/// to people. Built once; then thread-safe.
class ApiPages {
 public:
  ApiPages(const std::vector<Route>& routes, std::string_view version);

  bool Has(std::string_view path) const { return pages_.contains(std::string(path)); }
  /// `path` is one of them, asked with GET or HEAD.
  HttpResponse Answer(const HttpRequest& request, std::string_view path) const;

 private:
  struct Page {
    std::string bytes;
    std::string gzip;  ///< Empty: it would not be smaller.
    const char* content_type;
  };
  void Add(std::string path, std::string bytes, const char* content_type);

  absl::flat_hash_map<std::string, Page> pages_;
};

}  // namespace orders::api
