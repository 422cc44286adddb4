#pragma once

#include <string>
#include <string_view>

#include "api/http/http_message.h"

namespace orders::api {

/// Bytes that never change: compressed once, and sent in the form that the caller takes.
class StaticBody {
 public:
  /// Keeps `bytes` as a view.
  StaticBody(std::string_view bytes, const char* content_type);

  bool IsCompressedFor(const HttpRequest& request) const;
  /// Puts in the body, what it is and how it is encoded.
  void PutInto(const HttpRequest& request, HttpResponse& response) const;

 private:
  std::string_view bytes_;
  std::string gzip_;  ///< Empty: it would not be smaller.
  const char* content_type_;
};

/// By the ending of a path.
const char* ContentTypeOf(std::string_view path);

}  // namespace orders::api
