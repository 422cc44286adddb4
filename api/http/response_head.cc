#include "api/http/response_head.h"

#include "absl/strings/str_cat.h"

#include "api/http/security_fields.h"

namespace orders::api {
namespace {

std::string Begin(const HttpResponse& response, const HeadTerms& terms) {
  std::string head =
      absl::StrCat("HTTP/1.1 ", response.status, " ", std::string(StatusPhrase(response.status)),
                   "\r\nDate: ", terms.date, "\r\n", kSecurityFields,
                   terms.is_secure ? kSecureTransportField : "");
  for (const auto& [name, value] : response.fields) {
    absl::StrAppend(&head, name, ": ", value, "\r\n");
  }
  return head;
}

}  // namespace

std::string ResponseHead(const HttpResponse& response, const HeadTerms& terms) {
  std::string head = Begin(response, terms);
  if (response.status != 204 && response.status != 304) {
    absl::StrAppend(&head, "Content-Length: ", response.body.size(), "\r\n");
  }
  if (!terms.keeps_alive) {
    absl::StrAppend(&head, "Connection: close\r\n");
  } else if (terms.version == 10) {
    absl::StrAppend(&head, "Connection: keep-alive\r\n");
  }
  absl::StrAppend(&head, "\r\n");
  return head;
}

std::string StreamHead(const HttpResponse& head, const HeadTerms& terms) {
  return absl::StrCat(Begin(head, terms), "Connection: close\r\n",
                      terms.version == 11 ? "Transfer-Encoding: chunked\r\n" : "", "\r\n");
}

}  // namespace orders::api
