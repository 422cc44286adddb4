#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http/proto_comments.h"
#include "api/http/router.h"

namespace orders::api {

/// The API over HTTP as an OpenAPI 3.1 document: each route with its parameters, headers, schemas,
/// errors and examples, made of the protos' descriptors and comments. An example of an operation
/// stands under the same name in its body and in each of its parameters; "x-examples" of the
/// operation says at which step of the story each is sent, and what it is answered with.
std::string MakeOpenApiDocument(const std::vector<Route>& routes, const ProtoComments& comments,
                                std::string_view version);

}  // namespace orders::api
