#include "tests/golden/answer_labels.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <regex>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace eventstoredb::golden {
namespace {

using Json = nlohmann::json;

constexpr char kNoPosition[] = "18446744073709551615";

bool IsPositionKey(const std::string& key) {
  return key == "commit_position" || key == "prepare_position";
}

bool IsUuidText(const Json& value) {
  static const std::regex kForm("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  return value.is_string() && std::regex_match(value.get<std::string>(), kForm);
}

/// Ticks of 100 ns since 1970, of about now.
bool IsTimeInTicks(const Json& value) {
  std::int64_t ticks = 0;
  if (!value.is_string() || !absl::SimpleAtoi(value.get<std::string>(), &ticks)) return false;
  const absl::Duration age = absl::Now() - absl::FromUnixMicros(ticks / 10);
  return absl::AbsDuration(age) < absl::Hours(1);
}

/// A JSON object in base64 that has all of these members.
bool IsObjectWith(const Json& value, std::initializer_list<const char*> members) {
  std::string text;
  if (!value.is_string() || !absl::Base64Unescape(value.get<std::string>(), &text)) return false;
  const Json object = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return object.is_object() && std::all_of(members.begin(), members.end(), [&](const char* member) {
           return object.contains(member);
         });
}

bool Fits(const std::string& label, const Json& value) {
  if (label == "<ticks>" || label == "<time>") return IsTimeInTicks(value);
  if (label == "<id>" || label == "<text>") {
    return value.is_string() && !value.get<std::string>().empty();
  }
  if (label == "<uuid>") {
    return IsUuidText(value) || (value.is_object() && value.contains("structured"));
  }
  // Who made a link, and of which event; what a node writes beside a parked message.
  if (label == "<projection metadata>") return IsObjectWith(value, {"$v", "$causedBy"});
  if (label == "<parked metadata>") {
    return IsObjectWith(value, {"added", "reason", "subscriptionEventNumber"});
  }
  if (label == "<node>") {
    return value.is_object() && value.contains("address") && value.contains("port");
  }
  return false;
}

/// Calls `visit` with each pair of values at the same place; the key is that of the object around.
using Visit = std::function<void(const std::string& key, const Json& recorded, Json& answered)>;
void WalkPairs(const std::string& key, const Json& recorded, Json& answered, const Visit& visit) {
  visit(key, recorded, answered);
  if (recorded.is_object() && answered.is_object()) {
    for (const auto& [name, value] : recorded.items()) {
      if (answered.contains(name)) WalkPairs(name, value, answered[name], visit);
    }
  } else if (recorded.is_array() && answered.is_array()) {
    for (std::size_t i = 0; i < recorded.size() && i < answered.size(); ++i) {
      WalkPairs(key, recorded[i], answered[i], visit);
    }
  }
}

/// Calls `visit` with each position in `json`.
void WalkPositions(Json& json, const std::function<void(Json& position)>& visit) {
  if (!json.is_structured()) return;
  for (auto& [key, value] : json.items()) {
    if (IsPositionKey(key) && value.is_string() && value != kNoPosition) visit(value);
    WalkPositions(value, visit);
  }
}

std::optional<int> NumberOfLabel(const std::string& label) {
  int number = 0;
  if (label.size() < 2 || label[0] != 'P' || !absl::SimpleAtoi(label.substr(1), &number)) {
    return std::nullopt;
  }
  return number;
}

/// Which value each label stands for, by where they meet.
class Positions {
 public:
  void Meet(int label, std::uint64_t value) {
    if (values_.count(label) != 0 || labels_.count(value) != 0) return;
    values_[label] = value;
    labels_[value] = label;
  }
  void Relabel(Json& position) const {
    std::uint64_t value = 0;
    if (!absl::SimpleAtoi(position.get<std::string>(), &value)) return;
    if (const auto found = labels_.find(value); found != labels_.end()) {
      position = absl::StrCat("P", found->second);
    }
  }
  std::string OutOfOrder() const {
    const std::pair<const int, std::uint64_t>* before = nullptr;
    for (const auto& entry : values_) {
      if (before != nullptr && before->second >= entry.second) {
        return absl::StrCat("positions: P", before->first, " is ", before->second,
                            ", which must be below P", entry.first, ", ", entry.second, "\n");
      }
      before = &entry;
    }
    return "";
  }

 private:
  std::map<int, std::uint64_t> values_;
  std::map<std::uint64_t, int> labels_;
};

}  // namespace

std::string LabelAnswers(const std::vector<Json>& recorded, bool compares_positions,
                         std::vector<Json>& answered) {
  Positions positions;
  for (std::size_t i = 0; i < recorded.size() && i < answered.size(); ++i) {
    WalkPairs("", recorded[i], answered[i],
              [&](const std::string& key, const Json& label, Json& value) {
                if (!label.is_string()) return;
                const auto text = label.get<std::string>();
                if (Fits(text, value)) {
                  value = text;
                  return;
                }
                std::uint64_t number = 0;
                const std::optional<int> position = NumberOfLabel(text);
                if (IsPositionKey(key) && position.has_value() && value.is_string() &&
                    value != kNoPosition && absl::SimpleAtoi(value.get<std::string>(), &number)) {
                  if (compares_positions) {
                    positions.Meet(*position, number);
                  } else {
                    value = text;
                  }
                }
              });
  }
  if (!compares_positions) return "";
  for (Json& outcome : answered) {
    WalkPositions(outcome, [&](Json& position) { positions.Relabel(position); });
  }
  return positions.OutOfOrder();
}

}  // namespace eventstoredb::golden
