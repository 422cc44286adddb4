#include "infrastructure/node/head_witness.h"

#include <cstring>
#include <string_view>
#include <utility>

#include "infrastructure/node/crc32c.h"

namespace eventstoredb {
namespace {

constexpr int kFileBytes = 4096;
// In sectors of their own, whatever the disk's sector size.
constexpr std::array<std::int64_t, 2> kSlotOffsets = {0, 2048};
constexpr std::uint32_t kWitnessMagic = 0x31574845;

// Fixed layout, little-endian as every machine this runs on.
struct Slot {
  std::uint32_t magic = kWitnessMagic;
  std::uint32_t crc = 0;  ///< Of everything behind it.
  std::uint64_t sequence = 0;
  std::array<std::uint8_t, 16> store_id{};
  std::uint64_t generation = 0;
  std::uint64_t position = 0;
  std::uint64_t event_position = 0;
  ChainHash chain{};
};
static_assert(sizeof(Slot) == 88);

std::uint32_t Checksum(const Slot& slot) {
  constexpr std::size_t kCovered = offsetof(Slot, sequence);
  return ExtendCrc32c(0,
                      {reinterpret_cast<const char*>(&slot) + kCovered, sizeof(Slot) - kCovered});
}

std::optional<Slot> ReadSlot(std::string_view file, std::int64_t offset) {
  const auto begin = static_cast<std::size_t>(offset);
  if (file.size() < begin + sizeof(Slot)) return std::nullopt;
  Slot slot;
  std::memcpy(&slot, file.data() + begin, sizeof(Slot));
  if (slot.magic != kWitnessMagic || slot.crc != Checksum(slot)) return std::nullopt;
  return slot;
}

}  // namespace

absl::StatusOr<HeadWitness> HeadWitness::Open(const std::string& vfs, const std::string& path) {
  absl::StatusOr<VfsFile> file = VfsFile::Open(vfs, path);
  if (!file.ok()) return file.status();
  HeadWitness witness(*std::move(file));
  const absl::StatusOr<std::string> content = witness.file_.Read(0, kFileBytes);
  if (!content.ok()) return content.status();
  for (const std::int64_t offset : kSlotOffsets) {
    const std::optional<Slot> slot = ReadSlot(*content, offset);
    if (!slot.has_value() || slot->sequence < witness.sequence_) continue;
    witness.sequence_ = slot->sequence;
    witness.found_ = WitnessedHead{.store_id = Uuid{slot->store_id},
                                   .generation = slot->generation,
                                   .position = slot->position,
                                   .event_position = slot->event_position,
                                   .chain = slot->chain};
  }
  if (content->size() < kFileBytes) {
    // Full length from the start: later writes change no metadata of the file.
    const std::string zeros(static_cast<std::size_t>(kFileBytes) - content->size(), '\0');
    absl::Status grown = witness.file_.Write(static_cast<std::int64_t>(content->size()), zeros);
    if (grown.ok()) grown = witness.file_.Sync();
    if (!grown.ok()) return grown;
  }
  return witness;
}

absl::Status HeadWitness::Write(const WitnessedHead& head) {
  Slot slot;
  slot.sequence = ++sequence_;
  slot.store_id = head.store_id.bytes;
  slot.generation = head.generation;
  slot.position = head.position;
  slot.event_position = head.event_position;
  slot.chain = head.chain;
  slot.crc = Checksum(slot);
  unsynced_ = true;
  return file_.Write(kSlotOffsets[sequence_ % 2],
                     {reinterpret_cast<const char*>(&slot), sizeof(slot)});
}

absl::Status HeadWitness::Sync() {
  if (!unsynced_) return absl::OkStatus();
  const absl::Status synced = file_.Sync();
  if (synced.ok()) unsynced_ = false;
  return synced;
}

}  // namespace eventstoredb
