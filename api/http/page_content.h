#pragma once

#include <string_view>
#include <vector>

namespace orders::api {

/// A file of the web page.
struct PageContent {
  std::string_view path;  ///< Where it is asked for: "/assets/app.js".
  std::string_view bytes;
  std::string_view sha256;  ///< Of the bytes, in hexadecimal digits.
};

/// The files of web/, as they were when this was built. Valid for ever.
std::vector<PageContent> EmbeddedPage();

}  // namespace orders::api
