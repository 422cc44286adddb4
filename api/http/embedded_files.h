#pragma once

#include <string_view>

namespace orders::api {

// Files as they were when this was built (cmake/embed_bytes.cmake). Valid for ever.

/// A google.protobuf.FileDescriptorSet of proto/orders/v1, with the comments.
extern const std::string_view kApiDescriptors;
extern const std::string_view kDocsHtml;
extern const std::string_view kDocsScript;
extern const std::string_view kDocsStyle;

}  // namespace orders::api
