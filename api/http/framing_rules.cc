#include "api/http/framing_rules.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"

namespace orders::api {
namespace {

HttpRefusal Bad(const char* reason, const char* detail) {
  return {.status = 400, .reason = reason, .detail = detail};
}

HttpRefusal TooLarge(std::size_t body_bytes_max) {
  return {.status = 413,
          .reason = "BODY_TOO_LARGE",
          .detail = absl::StrCat("a body has at most ", body_bytes_max, " bytes")};
}

std::optional<HttpRefusal> CheckHost(const HttpRequest& request) {
  const std::size_t hosts = request.Count("Host");
  if (hosts > 1) return Bad("BAD_HOST", "Host stands there twice");
  if (hosts == 0) {
    if (request.version == 10) return std::nullopt;
    return Bad("BAD_HOST", "HTTP/1.1 wants a Host");
  }
  const std::string_view host = *request.Find("Host");
  if (host.empty() || host.find_first_of(" \t,/@?#\\") != std::string_view::npos) {
    return Bad("BAD_HOST", "Host is no name or address, with a port or without");
  }
  return std::nullopt;
}

std::optional<HttpRefusal> CheckLength(const HttpRequest& request, std::size_t body_bytes_max) {
  const std::size_t codings = request.Count("Transfer-Encoding");
  const std::size_t lengths = request.Count("Content-Length");
  if (codings > 0) {
    const bool is_chunked = codings == 1 && lengths == 0 && request.version == 11 &&
                            IsSameWord(*request.Find("Transfer-Encoding"), "chunked");
    if (is_chunked) return std::nullopt;
    return Bad("BAD_FRAMING", "Transfer-Encoding takes chunked alone, without Content-Length");
  }
  if (lengths == 0) return std::nullopt;
  if (lengths > 1) return Bad("BAD_FRAMING", "Content-Length stands there twice");
  const std::string_view text = *request.Find("Content-Length");
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return Bad("BAD_FRAMING", "Content-Length takes digits");
  }
  std::uint64_t length = 0;
  if (!absl::SimpleAtoi(domain::View(text), &length)) {
    return Bad("BAD_FRAMING", "Content-Length is no number of bytes");
  }
  if (length > body_bytes_max) return TooLarge(body_bytes_max);
  return std::nullopt;
}

}  // namespace

std::optional<HttpRefusal> CheckFraming(const HttpRequest& request, std::size_t body_bytes_max) {
  if (request.version != 10 && request.version != 11) {
    return HttpRefusal{.status = 505,
                       .reason = "VERSION_NOT_SUPPORTED",
                       .detail = "the service speaks HTTP/1.1 and HTTP/1.0"};
  }
  if (std::optional<HttpRefusal> refusal = CheckHost(request)) return refusal;
  if (std::optional<HttpRefusal> refusal = CheckLength(request, body_bytes_max)) return refusal;
  if (request.Count("Expect") > 0 && !ExpectsContinue(request)) {
    return HttpRefusal{
        .status = 417, .reason = "EXPECTATION_FAILED", .detail = "Expect takes 100-continue alone"};
  }
  return std::nullopt;
}

bool ExpectsContinue(const HttpRequest& request) {
  return request.Count("Expect") == 1 && IsSameWord(*request.Find("Expect"), "100-continue");
}

}  // namespace orders::api
