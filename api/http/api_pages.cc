#include "api/http/api_pages.h"

#include "api/http/embedded_files.h"
#include "api/http/openapi_document.h"
#include "api/http/proto_comments.h"

namespace orders::api {

ApiPages::ApiPages(const std::vector<Route>& routes, std::string_view version)
    : document_(MakeOpenApiDocument(routes, ProtoComments(EmbeddedDescriptors().front().bytes),
                                    version)) {
  pages_.emplace("/openapi.json", StaticBody(document_, "application/json"));
  for (const EmbeddedFile& file : EmbeddedDocs()) {
    const std::string_view path = file.path == "/docs/index.html" ? "/docs" : file.path;
    pages_.emplace(path, StaticBody(file.bytes, ContentTypeOf(file.path)));
  }
}

HttpResponse ApiPages::Answer(const HttpRequest& request, std::string_view path) const {
  HttpResponse response;
  response.fields = {{"Cache-Control", "no-cache"}, {"Vary", "Accept-Encoding"}};
  pages_.at(std::string(path)).PutInto(request, response);
  return response;
}

}  // namespace orders::api
