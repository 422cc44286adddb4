#include "infrastructure/access/base64url.h"

#include "absl/strings/escaping.h"

#include "domain/order/absl_view.h"

namespace orders::infrastructure {

std::optional<std::string> DecodeBase64Url(std::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(domain::View(text), &bytes)) return std::nullopt;
  // Abseil takes padding, spaces and spare bits too.
  if (EncodeBase64Url(bytes) != text) return std::nullopt;
  return bytes;
}

std::string EncodeBase64Url(std::string_view bytes) {
  return absl::WebSafeBase64Escape(domain::View(bytes));
}

}  // namespace orders::infrastructure
