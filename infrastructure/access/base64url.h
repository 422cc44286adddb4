#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace orders::infrastructure {

/// Base64url without padding (RFC 7515 appendix C), in the one way in which an encoder writes it:
/// no padding, no spaces, spare bits zero. So no two texts have the same bytes.
std::optional<std::string> DecodeBase64Url(std::string_view text);
std::string EncodeBase64Url(std::string_view bytes);

}  // namespace orders::infrastructure
