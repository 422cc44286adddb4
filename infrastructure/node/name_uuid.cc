#include "infrastructure/node/name_uuid.h"

#include <algorithm>
#include <string>

#include <openssl/sha.h>

namespace eventstoredb {

Uuid MakeNameUuid(const Uuid& space, std::string_view name) {
  std::string input(space.bytes.begin(), space.bytes.end());
  input.append(name);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest.data());
  Uuid id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x50);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

}  // namespace eventstoredb
