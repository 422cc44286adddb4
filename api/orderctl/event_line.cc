#include "api/orderctl/event_line.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace orders::api {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDepthMax = 64;
constexpr absl::string_view kTimeForm = "%E4Y-%m-%dT%H:%M:%E9SZ";
constexpr std::size_t kTimeBytes = 30;

/// At least as deep as `text` nests, since brackets in strings count too.
int DepthOf(absl::string_view text) {
  int depth = 0;
  int deepest = 0;
  for (const char c : text) {
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  return deepest;
}

/// Whether `text` is JSON that any tool may parse and write again without changing a byte.
bool ComesBackUnchanged(const std::string& text) {
  if (DepthOf(text) > kDepthMax) return false;  // nlohmann writes by recursion.
  const Json parsed = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return !parsed.is_discarded() &&
         parsed.dump(-1, ' ', false, Json::error_handler_t::replace) == text;
}

/// `text` as a JSON string; what is no UTF-8 is replaced.
std::string Quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void AppendBytes(const char* name, const std::string& bytes, std::string& line) {
  if (ComesBackUnchanged(bytes)) {
    absl::StrAppend(&line, ",\"", name, "\":", bytes);
  } else {
    absl::StrAppend(&line, ",\"", name, "Base64\":\"", absl::Base64Escape(bytes), "\"");
  }
}

/// The members of one line; remembers the first thing that is wrong.
class Members {
 public:
  explicit Members(const Json& json) : json_(json) {}

  std::string Text(const char* name) {
    const Json* const value = Find(name);
    if (value == nullptr) return "";
    if (!value->is_string()) Fail(name, "must be a text");
    return value->is_string() ? value->get<std::string>() : "";
  }
  std::uint64_t Number(const char* name) {
    const Json* const value = Find(name);
    if (value == nullptr) return 0;
    if (!value->is_number_unsigned()) Fail(name, "must be a whole number, 0 or more");
    return value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
  }
  void Bytes(const std::string& name, std::string& out) {
    const std::string base64 = name + "Base64";
    if (json_.contains(name) == json_.contains(base64)) {
      Fail(name.c_str(), absl::StrCat("must be there, or else ", base64, ", and not both"));
      return;
    }
    if (json_.contains(name)) {
      known_.insert(name);
      out = json_[name].dump(-1, ' ', false, Json::error_handler_t::replace);
      return;
    }
    if (!absl::Base64Unescape(Text(base64.c_str()), &out)) {
      Fail(base64.c_str(), "is not base64");
    }
  }
  /// Written only when it is false.
  bool IsFalse(const char* name) {
    if (!json_.contains(name)) return false;
    known_.insert(name);
    if (json_[name] != false) Fail(name, "may only be false");
    return true;
  }
  void Fail(const char* name, const std::string& what) {
    if (error_.ok()) error_ = absl::InvalidArgumentError(absl::StrCat(name, ": ", what));
  }
  absl::Status Done() {
    for (const auto& [name, value] : json_.items()) {
      if (!known_.contains(name)) Fail(name.c_str(), "is not known; take it out");
    }
    return error_;
  }

 private:
  const Json* Find(const char* name) {
    known_.insert(name);
    const auto found = json_.find(name);
    if (found != json_.end()) return &*found;
    Fail(name, "is missing");
    return nullptr;
  }

  const Json& json_;
  std::set<std::string> known_;
  absl::Status error_;
};

bool ReadTime(const std::string& text, google::protobuf::Timestamp& out) {
  absl::Time time;
  if (text.size() != kTimeBytes || text.back() != 'Z' ||
      !absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) {
    return false;
  }
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return true;
}

/// Discarded: it is no JSON. `twins`: a member is given twice, and would be read as its last.
Json Parse(absl::string_view line, bool& twins) {
  std::vector<std::set<std::string>> open;
  twins = false;
  const Json::parser_callback_t look = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(value.get<std::string>()).second) {
      twins = true;
    }
    return true;
  };
  return Json::parse(line.begin(), line.end(), look, /*allow_exceptions=*/false);
}

}  // namespace

std::string EventLine(const v1::StoredEvent& event) {
  const absl::Time created = absl::FromUnixSeconds(event.create_time().seconds()) +
                             absl::Nanoseconds(event.create_time().nanos());
  std::string line = absl::StrCat(
      "{\"stream\":", Quoted(event.stream()), ",\"revision\":", event.revision(),
      ",\"id\":", Quoted(event.event_id()), ",\"type\":", Quoted(event.type()), ",\"created\":\"",
      absl::FormatTime(kTimeForm, created, absl::UTCTimeZone()), "\"");
  if (!event.is_json()) absl::StrAppend(&line, ",\"isJson\":false");
  AppendBytes("data", event.data(), line);
  AppendBytes("metadata", event.metadata(), line);
  line += '}';
  return line;
}

absl::StatusOr<v1::StoredEvent> ParseEventLine(absl::string_view line) {
  if (DepthOf(line) > 2 * kDepthMax) return absl::InvalidArgumentError("nests too deep");
  bool twins = false;
  const Json json = Parse(line, twins);
  if (json.is_discarded() || !json.is_object()) {
    return absl::InvalidArgumentError(
        "is not a JSON object: the line is damaged or cut off; take the whole file again");
  }
  if (twins) return absl::InvalidArgumentError("a member is given twice");
  Members members(json);
  v1::StoredEvent event;
  event.set_stream(members.Text("stream"));
  event.set_revision(members.Number("revision"));
  event.set_event_id(members.Text("id"));
  event.set_type(members.Text("type"));
  if (!ReadTime(members.Text("created"), *event.mutable_create_time())) {
    members.Fail("created", "must be a time like 2026-11-23T10:15:00.000000000Z");
  }
  event.set_is_json(true);
  if (members.IsFalse("isJson")) event.set_is_json(false);
  members.Bytes("data", *event.mutable_data());
  members.Bytes("metadata", *event.mutable_metadata());
  if (const absl::Status wrong = members.Done(); !wrong.ok()) return wrong;
  return event;
}

}  // namespace orders::api
