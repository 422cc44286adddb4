#include "infrastructure/access/strict_json.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace orders::infrastructure {
namespace {

using nlohmann::json;

/// Looks at a text while it is parsed; the parser itself does not recurse.
class JsonRules {
 public:
  explicit JsonRules(int depth_max) : depth_max_(static_cast<std::size_t>(depth_max)) {}

  /// False: what follows is not kept.
  bool Pass(json::parse_event_t event, const json& parsed) {
    using Event = json::parse_event_t;
    if (!fault_.empty()) return false;
    if (event == Event::object_start || event == Event::array_start) {
      open_.emplace_back();
      if (open_.size() > depth_max_) fault_ = absl::StrCat("nests deeper than ", depth_max_);
    } else if (event == Event::object_end || event == Event::array_end) {
      open_.pop_back();
    } else if (event == Event::key && !open_.back().insert(parsed.get<std::string>()).second) {
      fault_ = "names a member twice";
    }
    return fault_.empty();
  }
  const std::string& fault() const { return fault_; }

 private:
  const std::size_t depth_max_;
  std::vector<std::set<std::string>> open_;  ///< The members of what is open so far.
  std::string fault_;
};

std::string PlaceInText(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n');
  const std::size_t column =
      before.size() - (line_start == std::string_view::npos ? 0 : line_start + 1) + 1;
  return absl::StrCat("line ", line, ", column ", column);
}

}  // namespace

absl::StatusOr<json> ParseStrictJson(std::string_view text, int depth_max) {
  JsonRules rules(depth_max);
  json parsed;
  try {
    parsed = json::parse(text, [&rules](int, json::parse_event_t event, json& value) {
      return rules.Pass(event, value);
    });
  } catch (const json::parse_error& error) {
    if (rules.fault().empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("is no JSON (", PlaceInText(text, error.byte), ")"));
    }
  } catch (const json::exception&) {
    return absl::InvalidArgumentError("has a number that is too large");
  }
  if (!rules.fault().empty()) return absl::InvalidArgumentError(rules.fault());
  if (!parsed.is_object()) return absl::InvalidArgumentError("is no JSON object");
  return parsed;
}

}  // namespace orders::infrastructure
