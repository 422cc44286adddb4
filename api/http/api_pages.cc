#include "api/http/api_pages.h"

#include <utility>

#include "api/http/embedded_files.h"
#include "api/http/gzip.h"
#include "api/http/header_values.h"
#include "api/http/openapi_document.h"
#include "api/http/proto_comments.h"

namespace orders::api {

ApiPages::ApiPages(const std::vector<Route>& routes, std::string_view version) {
  Add("/openapi.json", MakeOpenApiDocument(routes, ProtoComments(kApiDescriptors), version),
      "application/json");
  Add("/docs", std::string(kDocsHtml), "text/html; charset=utf-8");
  Add("/docs/docs.js", std::string(kDocsScript), "text/javascript; charset=utf-8");
  Add("/docs/docs.css", std::string(kDocsStyle), "text/css; charset=utf-8");
}

void ApiPages::Add(std::string path, std::string bytes, const char* content_type) {
  std::string gzip = Gzip(bytes).value_or("");
  pages_.emplace(
      std::move(path),
      Page{.bytes = std::move(bytes), .gzip = std::move(gzip), .content_type = content_type});
}

HttpResponse ApiPages::Answer(const HttpRequest& request, std::string_view path) const {
  const Page& page = pages_.at(std::string(path));
  const bool is_compressed = !page.gzip.empty() && AcceptsGzip(request.Find("Accept-Encoding"));
  HttpResponse response;
  response.fields = {{"Content-Type", page.content_type},
                     {"Cache-Control", "no-cache"},
                     {"Vary", "Accept-Encoding"}};
  if (is_compressed) response.fields.emplace_back("Content-Encoding", "gzip");
  response.body = is_compressed ? page.gzip : page.bytes;
  return response;
}

}  // namespace orders::api
