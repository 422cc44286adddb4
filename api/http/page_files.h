#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "api/http/embedded_files.h"
#include "api/http/http_message.h"
#include "api/http/static_body.h"

namespace orders::api {

/// The web page: its files under /assets, its icon, and index.html, which answers at / and at each
/// of its views (/orders/o-1), so that a link into the page can be opened. Built once; then
/// thread-safe.
class PageFiles {
 public:
  /// Keeps views into `contents`, which has /index.html; compresses each once.
  explicit PageFiles(const std::vector<EmbeddedFile>& contents);

  /// Whether a path, as it was sent, is the page's: a file, a view, or anything under /assets.
  bool Has(std::string_view path) const;
  /// Of a path that it has, asked with GET or HEAD: the file; 304 if the caller has it; 404 if
  /// there is none.
  HttpResponse Answer(const HttpRequest& request, std::string_view path,
                      std::string_view request_id) const;

 private:
  struct File {
    StaticBody body;
    std::string etag;  ///< Without its quotes.
  };
  const File* Find(std::string_view path) const;

  absl::flat_hash_map<std::string, File> files_;
};

}  // namespace orders::api
