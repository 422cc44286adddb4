#include "api/http/page_files.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "api/http/header_values.h"
#include "api/http/problem.h"
#include "api/http/request_target.h"
#include "domain/order/absl_view.h"

namespace orders::api {
namespace {

constexpr std::string_view kAssets = "/assets/";
constexpr std::string_view kIndex = "/index.html";

// The first segments of the page's views. None is one of the API's or the service's pages.
constexpr std::array<std::string_view, 9> kViews = {"orders",       "shop",    "read-models",
                                                    "dead-letters", "streams", "groups",
                                                    "webhooks",     "users",   "node"};

/// Whether a segment of a view is one that leads nowhere else: as those of the API are.
bool IsPlain(absl::string_view segment) {
  const absl::StatusOr<std::string> decoded =
      DecodePercent(std::string_view(segment.data(), segment.size()));
  return decoded.ok() && !decoded->empty() && *decoded != "." && *decoded != ".." &&
         decoded->find('/') == std::string::npos;
}

/// Whether `path` is / or that of a view.
bool IsView(std::string_view path) {
  if (path == "/") return true;
  if (!path.starts_with('/')) return false;
  path.remove_prefix(1);
  // Asked of each request, and of those of the API for nothing.
  if (std::find(kViews.begin(), kViews.end(), path.substr(0, path.find('/'))) == kViews.end()) {
    return false;
  }
  const std::vector<absl::string_view> segments = absl::StrSplit(domain::View(path), '/');
  return std::all_of(segments.begin(), segments.end(), IsPlain);
}

std::string Quoted(std::string_view etag) { return absl::StrCat("\"", domain::View(etag), "\""); }

}  // namespace

PageFiles::PageFiles(const std::vector<EmbeddedFile>& contents) {
  for (const EmbeddedFile& content : contents) {
    files_.emplace(std::string(content.path),
                   File{.body = StaticBody(content.bytes, ContentTypeOf(content.path)),
                        .etag = std::string(content.sha256)});
  }
  assert(files_.contains(std::string(kIndex)));
}

bool PageFiles::Has(std::string_view path) const {
  return path.starts_with(kAssets) || Find(path) != nullptr;
}

const PageFiles::File* PageFiles::Find(std::string_view path) const {
  // Browsers ask for the .ico whatever the page says.
  if (path == "/favicon.ico") path = "/favicon.svg";
  const auto found = files_.find(domain::View(IsView(path) ? kIndex : path));
  return found == files_.end() ? nullptr : &found->second;
}

HttpResponse PageFiles::Answer(const HttpRequest& request, std::string_view path,
                               std::string_view request_id) const {
  const File* const file = Find(path);
  if (file == nullptr) {
    return MakeHttpProblem(404, "FILE_NOT_FOUND", "the page has no such file", request_id);
  }
  // Other bytes, another strong etag (RFC 9110 section 8.8.3).
  const std::string compressed_etag = Quoted(file->etag + "-gzip");
  const std::string plain_etag = Quoted(file->etag);
  HttpResponse response;
  response.fields = {{"ETag", file->body.IsCompressedFor(request) ? compressed_etag : plain_etag},
                     {"Cache-Control", "no-cache"},
                     {"Vary", "Accept-Encoding"}};
  if (const auto condition = request.Find("If-None-Match"); condition.has_value()) {
    const auto parsed = ParseEtagCondition("If-None-Match", *condition);
    // One that cannot be read asks for nothing that could go wrong: the file is sent.
    if (parsed.ok() &&
        (parsed->MatchesWeakly(plain_etag) || parsed->MatchesWeakly(compressed_etag))) {
      response.status = 304;
      return response;
    }
  }
  file->body.PutInto(request, response);
  return response;
}

}  // namespace orders::api
