#include "infrastructure/eventstoredb/client/random_uuid.h"

#include "absl/random/random.h"

namespace eventstoredb::client {

Uuid RandomUuid() {
  thread_local absl::BitGen random;
  Uuid id;
  for (std::uint8_t& byte : id.bytes) byte = absl::Uniform<std::uint8_t>(random);
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x40);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

}  // namespace eventstoredb::client
