#include "api/http/static_body.h"

#include <array>
#include <utility>

#include "api/http/gzip.h"
#include "api/http/header_values.h"

namespace orders::api {
namespace {

constexpr std::array<std::pair<std::string_view, const char*>, 4> kContentTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
}};

}  // namespace

const char* ContentTypeOf(std::string_view path) {
  for (const auto& [ending, type] : kContentTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

StaticBody::StaticBody(std::string_view bytes, const char* content_type)
    : bytes_(bytes), gzip_(Gzip(bytes).value_or("")), content_type_(content_type) {}

bool StaticBody::IsCompressedFor(const HttpRequest& request) const {
  return !gzip_.empty() && AcceptsGzip(request.Find("Accept-Encoding"));
}

void StaticBody::PutInto(const HttpRequest& request, HttpResponse& response) const {
  const bool is_compressed = IsCompressedFor(request);
  response.fields.emplace_back("Content-Type", content_type_);
  if (is_compressed) response.fields.emplace_back("Content-Encoding", "gzip");
  response.body = is_compressed ? gzip_ : std::string(bytes_);
}

}  // namespace orders::api
