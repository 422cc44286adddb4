#pragma once

#include <string>

#include "api/http/http_message.h"

namespace orders::api {

/// What the head of an answer depends on beside the answer.
struct HeadTerms {
  const std::string& date;
  int version = 11;  ///< Of the request: 10 or 11.
  bool is_secure = false;
  bool keeps_alive = false;
};

/// The head of an answer with its length, and the empty line behind it.
std::string ResponseHead(const HttpResponse& response, const HeadTerms& terms);

/// The head of a stream, whose end is the connection's; in chunks, of HTTP/1.1.
std::string StreamHead(const HttpResponse& head, const HeadTerms& terms);

}  // namespace orders::api
