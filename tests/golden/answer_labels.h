#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace eventstoredb::golden {

/// Makes `answered` comparable with `recorded`, both the outcomes of one scenario's steps in order:
/// what the server chooses (ids, times, positions) becomes the recorded label where it has the
/// form that the label stands for and, of positions, the same order and equality. Returns what is
/// wrong with the order of positions, for people; empty if nothing.
std::string LabelAnswers(const std::vector<nlohmann::json>& recorded, bool compares_positions,
                         std::vector<nlohmann::json>& answered);

}  // namespace eventstoredb::golden
