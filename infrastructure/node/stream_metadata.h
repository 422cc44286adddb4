#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "infrastructure/node/access_list.h"

namespace eventstoredb {

/// What a stream's metadata says about which of its events are visible (protocol section 3.12).
struct StreamVisibility {
  std::optional<std::uint64_t> max_count;
  std::optional<absl::Duration> max_age;
  std::optional<std::uint64_t> truncate_before;

  bool IsSoftDeleted() const;
  /// The first revision that neither `max_count` nor `truncate_before` hides, of a stream whose
  /// last one is `last`; `last` + 1 if they hide all.
  std::uint64_t FirstAvailable(std::uint64_t last) const;
};

/// Of a metastream: only its newest event is visible.
StreamVisibility MetadataOfMetastreams();

/// `data` of the metastream's last event. What is not a JSON object within the limits of section
/// 3.12 counts as empty.
StreamVisibility ParseStreamMetadata(bool is_json, std::string_view data);

/// The access control list in it; empty if there is none, or the metadata counts as empty.
AccessList ParseAccessList(bool is_json, std::string_view data);

/// `data` of the last event of $settings (protocol section 3.17). What is no list there says
/// nothing.
DefaultAcls ParseDefaultAcls(bool is_json, std::string_view data);

/// The metadata of a stream that is soft-deleted.
std::string SoftDeletedMetadata();

/// `data` with events below `truncate_before` hidden and every other key kept; of what is not
/// metadata nothing is kept.
std::string RecreatedMetadata(bool is_json, std::string_view data, std::uint64_t truncate_before);

}  // namespace eventstoredb
