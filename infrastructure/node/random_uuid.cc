#include "infrastructure/node/random_uuid.h"

#include <sys/random.h>

namespace eventstoredb {

absl::StatusOr<Uuid> MakeRandomUuid() {
  Uuid id;
  if (getrandom(id.bytes.data(), id.bytes.size(), 0) != static_cast<ssize_t>(id.bytes.size())) {
    return absl::InternalError("no random bytes");
  }
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x40);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

}  // namespace eventstoredb
