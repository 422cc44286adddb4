#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace orders::domain {

// What a text may be made of. Internal to domain/order.

/// Which bytes an id may hold, as a table made at compile time.
class IdPattern {
 public:
  /// Letters, digits and the characters of `others`.
  explicit constexpr IdPattern(std::string_view others) : others_(others) {
    for (char c = 'A'; c <= 'Z'; ++c) Allow(c);
    for (char c = 'a'; c <= 'z'; ++c) Allow(c);
    for (char c = '0'; c <= '9'; ++c) Allow(c);
    for (const char c : others) Allow(c);
  }
  /// 1 to 64 bytes, each allowed.
  constexpr bool Matches(std::string_view id) const {
    if (id.empty() || id.size() > kIdBytesMax) return false;
    for (const char c : id) {
      if (!allowed_[static_cast<unsigned char>(c)]) return false;
    }
    return true;
  }
  constexpr std::string_view others() const { return others_; }

  static constexpr std::size_t kIdBytesMax = 64;

 private:
  constexpr void Allow(char c) { allowed_[static_cast<unsigned char>(c)] = true; }

  std::string_view others_;
  std::array<bool, 256> allowed_{};
};

inline constexpr IdPattern kOrderIdPattern("_-");
inline constexpr IdPattern kCustomerIdPattern("_.@-");
inline constexpr IdPattern kSkuPattern("_.:/-");
inline constexpr IdPattern kEntryIdPattern("_.:-");

enum class TextFault { kNone, kNotUtf8, kControlCharacter };
/// Newlines (also with a carriage return) and tabs pass when `lines_allowed`.
TextFault FindTextFault(std::string_view text, bool lines_allowed);

}  // namespace orders::domain
