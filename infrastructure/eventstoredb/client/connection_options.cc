#include "infrastructure/eventstoredb/client/connection_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace eventstoredb::client {
namespace {

constexpr int kOptionsMax = 100;
constexpr absl::Duration kPingAbuse = absl::Seconds(10);
/// 365 days, the greatest deadline that is sent (protocol section 4.4).
constexpr std::int64_t kMillisecondsMax = 31'536'000'000;
constexpr std::int64_t kGossipSecondsBelow = 100;

absl::Status Refuse(std::string_view name, std::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat(
      "option ", std::string(name), " of the connection string: expected ", std::string(expected)));
}

/// How names are compared: without case, `-` and `_`.
std::string Folded(std::string_view name) {
  std::string folded;
  for (const char c : name) {
    if (c != '-' && c != '_') folded.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return folded;
}

struct Value {
  std::string_view name;  ///< As the table spells it.
  std::string_view text;

  absl::Status Read(bool& out) const {
    if (text != "true" && text != "false") return Refuse(name, "true or false");
    out = text == "true";
    return absl::OkStatus();
  }
  absl::Status Read(std::string& out) const {
    absl::StatusOr<std::string> decoded =
        PercentDecode(text, absl::StrCat("option ", std::string(name)));
    if (!decoded.ok()) return decoded.status();
    out = *std::move(decoded);
    return absl::OkStatus();
  }
  absl::Status Read(std::int64_t min, std::int64_t max, std::int64_t& out) const {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size() || out < min || out > max) {
      return Refuse(name, absl::StrCat("a whole number from ", min, " to ", max));
    }
    return absl::OkStatus();
  }
  absl::Status ReadMilliseconds(std::int64_t min, absl::Duration& out) const {
    std::int64_t number = 0;
    if (absl::Status read = Read(min, kMillisecondsMax, number); !read.ok()) return read;
    out = absl::Milliseconds(number);
    return absl::OkStatus();
  }
};

absl::Status ReadPing(const Value& value, ConnectionString& into, absl::Duration& out) {
  std::int64_t number = 0;
  if (absl::Status read = value.Read(-1, kMillisecondsMax, number); !read.ok()) return read;
  if (number == 0) return Refuse(value.name, "milliseconds above 0, or -1 for none");
  out = number == -1 ? absl::InfiniteDuration() : absl::Milliseconds(number);
  if (out < kPingAbuse) {
    into.warnings.push_back(absl::StrCat("option ", std::string(value.name),
                                         " is below 10,000 ms: a server may take such pings for "
                                         "an attack and end the connection"));
  }
  return absl::OkStatus();
}

absl::Status ReadPreference(const Value& value, NodePreference& out) {
  const std::string wish = Folded(value.text);
  if (wish == "leader") {
    out = NodePreference::kLeader;
  } else if (wish == "follower") {
    out = NodePreference::kFollower;
  } else if (wish == "readonlyreplica") {
    out = NodePreference::kReadOnlyReplica;
  } else if (wish == "random") {
    out = NodePreference::kRandom;
  } else {
    return Refuse(value.name, "leader, follower, random or readOnlyReplica");
  }
  return absl::OkStatus();
}

absl::Status ReadGossipTimeout(const Value& value, absl::Duration& out) {
  std::int64_t number = 0;
  if (absl::Status read = value.Read(1, kMillisecondsMax, number); !read.ok()) return read;
  out = number < kGossipSecondsBelow ? absl::Seconds(number) : absl::Milliseconds(number);
  return absl::OkStatus();
}

using Reader = absl::Status (*)(const Value& value, ConnectionString& into);
struct Row {
  std::string_view name;
  Reader read;
};

constexpr std::array<Row, 14> kRows = {{
    {"tls", [](const Value& v, ConnectionString& s) { return v.Read(s.options.tls); }},
    {"tlsVerifyCert",
     [](const Value& v, ConnectionString& s) { return v.Read(s.options.tls_verify_cert); }},
    {"tlsCAFile",
     [](const Value& v, ConnectionString& s) { return v.Read(s.options.tls_ca_file); }},
    {"userCertFile",
     [](const Value& v, ConnectionString& s) { return v.Read(s.options.user_cert_file); }},
    {"userKeyFile",
     [](const Value& v, ConnectionString& s) { return v.Read(s.options.user_key_file); }},
    {"connectionName",
     [](const Value& v, ConnectionString& s) { return v.Read(s.options.connection_name); }},
    {"defaultDeadline",
     [](const Value& v, ConnectionString& s) {
       return v.ReadMilliseconds(1, s.options.default_deadline);
     }},
    {"throwOnAppendFailure",
     [](const Value& v, ConnectionString&) {
       bool without_effect = true;  // Errors are values: nothing is thrown either way.
       return v.Read(without_effect);
     }},
    {"keepAliveInterval",
     [](const Value& v, ConnectionString& s) {
       return ReadPing(v, s, s.options.keepalive_interval);
     }},
    {"keepAliveTimeout",
     [](const Value& v, ConnectionString& s) {
       return ReadPing(v, s, s.options.keepalive_timeout);
     }},
    {"maxDiscoverAttempts",
     [](const Value& v, ConnectionString& s) {
       std::int64_t number = 0;
       absl::Status read = v.Read(1, 1'000'000, number);
       if (read.ok()) s.options.discover_attempts_max = static_cast<int>(number);
       return read;
     }},
    {"discoveryInterval",
     [](const Value& v, ConnectionString& s) {
       return v.ReadMilliseconds(0, s.options.discovery_interval);
     }},
    {"gossipTimeout",
     [](const Value& v, ConnectionString& s) {
       return ReadGossipTimeout(v, s.options.gossip_timeout);
     }},
    {"nodePreference",
     [](const Value& v, ConnectionString& s) {
       return ReadPreference(v, s.options.node_preference);
     }},
}};

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

absl::Status ReadOne(std::string_view option, std::vector<std::string>& seen,
                     ConnectionString& into) {
  const std::size_t equals = option.find('=');
  if (equals == 0 || equals == std::string_view::npos) {
    return absl::InvalidArgumentError(
        "an option of the connection string is not of the form name=value; options begin after ? "
        "and are parted by &");
  }
  const std::string name(option.substr(0, equals));
  const std::string_view text = option.substr(equals + 1);
  const std::string folded = Folded(name);
  if (std::find(seen.begin(), seen.end(), folded) != seen.end()) {
    return Refuse(name, "to be named once");
  }
  seen.push_back(folded);
  const auto row = std::find_if(kRows.begin(), kRows.end(),
                                [&](const Row& each) { return Folded(each.name) == folded; });
  if (row == kRows.end()) {
    into.warnings.push_back(absl::StrCat("option ", name, " is not known and was ignored"));
    into.unknown_options.push_back(std::string(name));
    return absl::OkStatus();
  }
  if (text.empty()) return Refuse(row->name, "a value");
  return row->read(Value{row->name, text}, into);
}

}  // namespace

absl::StatusOr<std::string> PercentDecode(std::string_view text, std::string_view what) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    if (text.size() - i < 3 || HexValue(text[i + 1]) < 0 || HexValue(text[i + 2]) < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("the ", std::string(what),
                       " of the connection string holds a % without two hex digits after it: "
                       "write %25 for a percent sign"));
    }
    decoded.push_back(static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2])));
    i += 2;
  }
  return decoded;
}

absl::Status ReadConnectionOptions(std::string_view text, ConnectionString& into) {
  std::vector<std::string> seen;
  while (true) {
    if (seen.size() >= kOptionsMax) {
      return absl::InvalidArgumentError("the connection string has more than 100 options");
    }
    const std::size_t end = text.find('&');
    if (absl::Status read = ReadOne(text.substr(0, end), seen, into); !read.ok()) return read;
    if (end == std::string_view::npos) return absl::OkStatus();
    text.remove_prefix(end + 1);
  }
}

}  // namespace eventstoredb::client
