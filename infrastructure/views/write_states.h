#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "infrastructure/views/state_buffer.h"
#include "infrastructure/views/view_file.h"

namespace orders::infrastructure {

/// Writes with `write(Node&)` what is to be written, sorted by `is_before(const Node&, const
/// Node&)`; stops between rows when the file says so.
template <typename State, typename Before, typename Write>
absl::Status WriteStates(const ViewFile& file, StateBuffer<State>& states, Before is_before,
                         Write write) {
  using Node = typename StateBuffer<State>::Node;
  std::vector<Node*>& dirty = states.dirty();
  std::sort(dirty.begin(), dirty.end(),
            [&](const Node* a, const Node* b) { return is_before(*a, *b); });
  std::size_t rows = 0;
  for (Node* const node : dirty) {
    if (++rows % ViewFile::kRowsBetweenChecks == 0) {
      if (absl::Status stop = file.CheckInterrupted(); !stop.ok()) return stop;
    }
    if (absl::Status written = write(*node); !written.ok()) return written;
  }
  return absl::OkStatus();
}

/// Of states with the `number` of their row: rows in the order of their table, new ones (0) in that
/// of the index of order ids. Neighbours share pages.
template <typename Node>
bool HasRowBefore(const Node& a, const Node& b) {
  return std::tie(a.second.state.number, a.first) < std::tie(b.second.state.number, b.first);
}

/// The highest number of a row of `table` into `last`, if that is -1: not yet read.
inline absl::Status ReadLastNumber(ViewFile& file, const std::string& table, std::int64_t& last) {
  if (last >= 0) return absl::OkStatus();
  const absl::StatusOr<std::int64_t> read =
      file.database().QueryInt64(absl::StrCat("SELECT ifnull(max(number),0) FROM ", table));
  if (!read.ok()) return read.status();
  last = *read;
  return absl::OkStatus();
}

}  // namespace orders::infrastructure
