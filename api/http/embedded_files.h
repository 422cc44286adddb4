#pragma once

#include <string_view>
#include <vector>

namespace orders::api {

/// A file that the build has put into the binary (cmake/embed_files.cmake).
struct EmbeddedFile {
  std::string_view path;  ///< Where it is asked for: "/assets/app.js".
  std::string_view bytes;
  std::string_view sha256;  ///< Of the bytes, in hexadecimal digits.
};

// As the files were when this was built. Valid for ever.

std::vector<EmbeddedFile> EmbeddedPage();  ///< web/ without web/docs.
std::vector<EmbeddedFile> EmbeddedDocs();  ///< web/docs, which shows what the API says of itself.
/// One: the protos of the API as a google.protobuf.FileDescriptorSet, with their comments.
std::vector<EmbeddedFile> EmbeddedDescriptors();

}  // namespace orders::api
