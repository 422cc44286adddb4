#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "eventstoredb/event_store.h"
#include "infrastructure/sqlite/statement.h"

namespace eventstoredb {

/// SHA-256 over the chain before it and the checksums of one group's events.
using ChainHash = std::array<std::uint8_t, 32>;
ChainHash ExtendChain(const ChainHash& before, const std::vector<std::uint32_t>& checksums);

/// An event as it is stored; names instead of their ids, so that its checksum proves those as well.
struct EventFields {
  std::uint64_t position = 0;
  std::string_view stream;
  std::uint64_t revision = 0;
  Uuid id;
  std::string_view type;
  bool is_json = false;
  std::int64_t created_micros = 0;  ///< Since 1970.
  std::string_view data;
  std::string_view metadata;
};

/// What its writer gave it.
inline std::size_t PayloadBytes(const RecordedEvent& event) {
  return event.data.size() + event.metadata.size();
}

/// CRC-32C over every field.
std::uint32_t Checksum(const EventFields& event);

/// The columns of an event in the order in which every query of events selects them.
inline constexpr std::string_view kEventColumns =
    "position,stream,revision,type,id,flags,created,data,metadata,crc";
inline constexpr int kEventColumnCount = 10;
/// Behind them, of events of any stream: its name, as column kEventColumnCount.
inline constexpr std::string_view kThenStreamName =
    ",(SELECT name FROM streams WHERE id=events.stream)";

/// What can be looked at before the rest of the row is read.
std::uint64_t RowPosition(const sqlite::Statement& row);
std::int64_t RowStreamId(const sqlite::Statement& row);
std::uint64_t RowRevision(const sqlite::Statement& row);
std::int64_t RowTypeId(const sqlite::Statement& row);
std::uint32_t RowChecksum(const sqlite::Statement& row);

/// Error: DataLoss, what is stored is not what was written.
absl::StatusOr<RecordedEvent> DecodeRow(const sqlite::Statement& row, const std::string& stream,
                                        const std::string& type);

/// Binds kEventColumns and the chain (absent: NULL) as parameters 1 to 11. Views must stay.
void BindRow(sqlite::Statement& insert, const EventFields& event, std::int64_t stream_id,
             std::int64_t type_id, std::uint32_t checksum, const ChainHash* chain);

/// Ids are bound as blobs: 16 bytes in network order.
std::string_view AsBlob(const Uuid& id);
std::string_view AsBlob(const ChainHash& chain);

}  // namespace eventstoredb
