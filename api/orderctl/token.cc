#include "api/orderctl/token.h"

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <openssl/rand.h>
#include <openssl/sha.h>

namespace orders::api {
namespace {

constexpr const char* kPrefix = "orders_";
constexpr std::size_t kRandomBytes = 32;

/// A basic string of TOML: of printable ASCII, two characters need an escape.
std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

std::string Sha256Hex(const std::string& text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace

std::string NewToken() {
  std::array<unsigned char, kRandomBytes> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return "";
  return absl::StrCat(kPrefix, absl::WebSafeBase64Escape(absl::string_view(
                                   reinterpret_cast<const char*>(bytes.data()), bytes.size())));
}

std::string TokenEntry(const TokenTerms& terms, const std::string& token) {
  std::string entry =
      absl::StrCat("[[token]]\nname = ", Quoted(terms.name),
                   "\nsha256 = ", Quoted(Sha256Hex(token)), "\nrole = ", Quoted(terms.role), "\n");
  if (!terms.customer.empty()) {
    absl::StrAppend(&entry, "customer = ", Quoted(terms.customer), "\n");
  }
  if (terms.calls_per_second > 0) {
    absl::StrAppend(&entry, "calls_per_second = ", terms.calls_per_second, "\n");
  }
  return entry;
}

}  // namespace orders::api
