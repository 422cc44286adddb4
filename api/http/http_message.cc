#include "api/http/http_message.h"

#include <algorithm>

#include "absl/strings/match.h"

#include "domain/order/absl_view.h"

namespace orders::api {
bool IsSameWord(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(domain::View(a), domain::View(b));
}

std::optional<std::string_view> HttpRequest::Find(std::string_view name) const {
  for (const Field& field : fields) {
    if (IsSameWord(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t HttpRequest::Count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(fields.begin(), fields.end(),
                    [name](const Field& field) { return IsSameWord(field.name, name); }));
}

std::string_view HttpResponse::Find(std::string_view name) const {
  for (const auto& [field, value] : fields) {
    if (IsSameWord(field, name)) return value;
  }
  return {};
}

std::string_view StatusPhrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "";
  }
}

}  // namespace orders::api
