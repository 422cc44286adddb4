#include "infrastructure/node/event_row.h"

#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include <openssl/sha.h>

#include "infrastructure/node/crc32c.h"

namespace eventstoredb {
namespace {

constexpr std::int64_t kFlagJson = 1;

enum Column { kPosition, kStream, kRevision, kType, kId, kFlags, kCreated, kData, kMetadata, kCrc };

// The fixed part of what a checksum covers. Lengths are in it, so that no byte can move from one
// text to the next.
struct ChecksumHeader {
  std::uint64_t position;
  std::uint64_t revision;
  std::int64_t created_micros;
  std::array<std::uint8_t, 16> id;
  std::uint32_t stream_bytes;
  std::uint32_t type_bytes;
  std::uint32_t data_bytes;
  std::uint32_t metadata_bytes;
  std::uint64_t flags;
};
static_assert(sizeof(ChecksumHeader) == 64);

}  // namespace

ChainHash ExtendChain(const ChainHash& before, const std::vector<std::uint32_t>& checksums) {
  std::string input(before.size() + checksums.size() * sizeof(std::uint32_t), '\0');
  std::memcpy(input.data(), before.data(), before.size());
  std::memcpy(input.data() + before.size(), checksums.data(),
              checksums.size() * sizeof(std::uint32_t));
  ChainHash after{};
  SHA256(reinterpret_cast<const unsigned char*>(input.data()), input.size(), after.data());
  return after;
}

std::uint32_t Checksum(const EventFields& event) {
  const ChecksumHeader header = {
      .position = event.position,
      .revision = event.revision,
      .created_micros = event.created_micros,
      .id = event.id.bytes,
      .stream_bytes = static_cast<std::uint32_t>(event.stream.size()),
      .type_bytes = static_cast<std::uint32_t>(event.type.size()),
      .data_bytes = static_cast<std::uint32_t>(event.data.size()),
      .metadata_bytes = static_cast<std::uint32_t>(event.metadata.size()),
      .flags = event.is_json ? 1U : 0U,
  };
  std::uint32_t crc = ExtendCrc32c(0, {reinterpret_cast<const char*>(&header), sizeof(header)});
  crc = ExtendCrc32c(crc, event.stream);
  crc = ExtendCrc32c(crc, event.type);
  crc = ExtendCrc32c(crc, event.data);
  return ExtendCrc32c(crc, event.metadata);
}

std::uint64_t RowPosition(const sqlite::Statement& row) {
  return static_cast<std::uint64_t>(row.ColumnInt64(kPosition));
}
std::int64_t RowStreamId(const sqlite::Statement& row) { return row.ColumnInt64(kStream); }
std::uint64_t RowRevision(const sqlite::Statement& row) {
  return static_cast<std::uint64_t>(row.ColumnInt64(kRevision));
}
std::int64_t RowTypeId(const sqlite::Statement& row) { return row.ColumnInt64(kType); }
std::uint32_t RowChecksum(const sqlite::Statement& row) {
  return static_cast<std::uint32_t>(row.ColumnInt64(kCrc));
}

absl::StatusOr<RecordedEvent> DecodeRow(const sqlite::Statement& row, const std::string& stream,
                                        const std::string& type) {
  EventFields fields = {
      .position = RowPosition(row),
      .stream = stream,
      .revision = RowRevision(row),
      .id = {},
      .type = type,
      .is_json = row.ColumnInt64(kFlags) == kFlagJson,
      .created_micros = row.ColumnInt64(kCreated),
      .data = row.ColumnBlob(kData),
      .metadata = row.ColumnBlob(kMetadata),
  };
  const std::string_view id = row.ColumnBlob(kId);
  bool intact = id.size() == fields.id.bytes.size();
  if (intact) {
    std::memcpy(fields.id.bytes.data(), id.data(), id.size());
    intact = row.ColumnInt64(kCrc) == static_cast<std::int64_t>(Checksum(fields));
  }
  if (!intact) {
    return absl::DataLossError(absl::StrCat("stream ", stream, ", revision ", fields.revision,
                                            ", position ", fields.position,
                                            ": the stored event is damaged"));
  }
  RecordedEvent event;
  event.stream = stream;
  event.revision = fields.revision;
  event.id = fields.id;
  event.type = type;
  event.is_json = fields.is_json;
  event.created = absl::FromUnixMicros(fields.created_micros);
  event.position = {fields.position, fields.position};
  event.data = std::string(fields.data);
  event.metadata = std::string(fields.metadata);
  return event;
}

void BindRow(sqlite::Statement& insert, const EventFields& event, std::int64_t stream_id,
             std::int64_t type_id, std::uint32_t checksum, const ChainHash* chain) {
  insert.BindInt64(1, static_cast<std::int64_t>(event.position))
      .BindInt64(2, stream_id)
      .BindInt64(3, static_cast<std::int64_t>(event.revision))
      .BindInt64(4, type_id)
      .BindBlob(5, AsBlob(event.id))
      .BindInt64(6, event.is_json ? kFlagJson : 0)
      .BindInt64(7, event.created_micros)
      .BindBlobView(8, event.data)
      .BindBlobView(9, event.metadata)
      .BindInt64(10, checksum);
  if (chain == nullptr) {
    insert.BindNull(11);
  } else {
    insert.BindBlob(11, AsBlob(*chain));
  }
}

std::string_view AsBlob(const Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

std::string_view AsBlob(const ChainHash& chain) {
  return {reinterpret_cast<const char*>(chain.data()), chain.size()};
}

}  // namespace eventstoredb
