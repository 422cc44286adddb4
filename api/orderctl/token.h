#pragma once

#include <cstdint>
#include <string>

namespace orders::api {

/// Who a token is for, and what it lets do: an entry of the service's token file.
struct TokenTerms {
  std::string name;                   ///< 1 to 128 printable ASCII characters.
  std::string role;                   ///< read, write or admin.
  std::string customer;               ///< Empty: everyone's orders.
  std::int64_t calls_per_second = 0;  ///< 0: no limit of its own.
};

/// "orders_" and 256 random bits in base64url (RFC 4648, 5). Empty: the system gives none.
std::string NewToken();

/// The TOML of `terms` for `token`, of which it holds the SHA-256 alone.
std::string TokenEntry(const TokenTerms& terms, const std::string& token);

}  // namespace orders::api
