#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "domain/order/absl_view.h"
#include "infrastructure/config/settings.h"
#include "infrastructure/webhooks/webhook_host.h"

namespace orders::infrastructure {
namespace {

using Setter = std::function<std::optional<std::string>(std::string_view, Settings&)>;

constexpr std::size_t kTextBytesMax = 4'096;  // As of a path.

/// Digits only: no sign, no space, no exponent.
template <typename Number>
std::optional<Number> ParseNumber(std::string_view text, std::uint64_t min, std::uint64_t max) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  if (!absl::SimpleAtoi(domain::View(text), &number) || number < min || number > max)
    return std::nullopt;
  return static_cast<Number>(number);
}

Setter Number(int Settings::*member, int min, int max) {
  return [=](std::string_view value, Settings& settings) -> std::optional<std::string> {
    const std::optional<int> number =
        ParseNumber<int>(value, static_cast<std::uint64_t>(min), static_cast<std::uint64_t>(max));
    if (!number.has_value()) {
      return absl::StrCat("takes a whole number from ", min, " to ", max);
    }
    settings.*member = *number;
    return std::nullopt;
  };
}

Setter Bytes(std::uint64_t Settings::*member, std::uint64_t max) {
  return [=](std::string_view value, Settings& settings) -> std::optional<std::string> {
    std::uint64_t unit = 1;
    std::string_view digits = value;
    constexpr std::pair<std::string_view, std::uint64_t> kUnits[] = {
        {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}, {"B", 1}};
    for (const auto& [name, bytes] : kUnits) {
      if (digits.size() > name.size() && digits.substr(digits.size() - name.size()) == name) {
        digits.remove_suffix(name.size());
        unit = bytes;
        break;
      }
    }
    const auto number = ParseNumber<std::uint64_t>(digits, 0, max / unit);
    if (!number.has_value()) {
      return absl::StrCat("takes a size up to ", max >> 20, "MiB, like 64MiB, 512KiB or 1GiB");
    }
    settings.*member = *number * unit;
    return std::nullopt;
  };
}

Setter Time(absl::Duration Settings::*member, absl::Duration min, absl::Duration max) {
  return [=](std::string_view value, Settings& settings) -> std::optional<std::string> {
    absl::Duration duration;
    // "0" alone has no unit and passes ParseDuration.
    if (!absl::ParseDuration(domain::View(value), &duration) || value == "0" || duration < min ||
        duration > max) {
      return absl::StrCat("takes a time from ", absl::FormatDuration(min), " to ",
                          absl::FormatDuration(max), ", like 500ms or 10s");
    }
    settings.*member = duration;
    return std::nullopt;
  };
}

Setter Switch(bool Settings::*member) {
  return [=](std::string_view value, Settings& settings) -> std::optional<std::string> {
    if (value != "true" && value != "false") return "takes true or false";
    settings.*member = value == "true";
    return std::nullopt;
  };
}

std::optional<std::string> SetAuditInterval(std::string_view value, Settings& settings) {
  settings.audit_interval = absl::ZeroDuration();
  if (value == "none") return std::nullopt;
  return Time(&Settings::audit_interval, absl::Minutes(1), absl::Hours(720))(value, settings);
}

std::optional<std::string> SetData(std::string_view value, Settings& settings) {
  if (value.empty() || value.find('\0') != std::string_view::npos) {
    return "takes a directory, which is made if it is missing";
  }
  settings.data = std::string(value);
  return std::nullopt;
}

/// What stands in it is read when all is resolved.
std::optional<std::string> SetConfig(std::string_view value, Settings& settings) {
  settings.config = std::string(value);
  return std::nullopt;
}

std::optional<std::string> SetStore(std::string_view value, Settings& settings) {
  if (value.empty()) return "takes embedded, or a connection string, like esdb://localhost:2113";
  settings.store = std::string(value);
  return std::nullopt;
}

std::optional<std::string> SetFeed(std::string_view value, Settings& settings) {
  if (value != "all" && value != "category") return "takes all or category";
  settings.feed = value == "all" ? FeedSetting::kAll : FeedSetting::kCategory;
  return std::nullopt;
}

constexpr char kTakesFile[] = "takes the name of a file";
constexpr char kTakesClaim[] = "takes a text as JWTs have it";
constexpr char kTakesAddress[] =
    "takes HOST:PORT with a port from 0 to 65535, like 127.0.0.1:50051 or [::1]:50051";

std::optional<std::string> SetListen(std::string_view value, Settings& settings) {
  const std::optional<ListenAddress> address = ListenAddress::Parse(value);
  if (!address.has_value()) return kTakesAddress;
  settings.grpc_listen = *address;
  return std::nullopt;
}

std::optional<std::string> SetAcceptTruncation(std::string_view value, Settings& settings) {
  constexpr std::uint64_t kPositionMax = std::numeric_limits<std::int64_t>::max();
  settings.accept_truncation = ParseNumber<std::uint64_t>(value, 0, kPositionMax);
  if (settings.accept_truncation.has_value() || value == "none") return std::nullopt;
  return "takes the position at which the log ends, as the refusal to start names it";
}

std::optional<std::string> SetStoreListen(std::string_view value, Settings& settings) {
  settings.store_listen = ListenAddress::Parse(value);
  // Empty: the default of serve, which keeps its store to itself.
  if (settings.store_listen.has_value() || value.empty()) return std::nullopt;
  return kTakesAddress;
}

std::optional<std::string> SetMetricsListen(std::string_view value, Settings& settings) {
  settings.metrics_listen = ListenAddress::Parse(value);
  if (settings.metrics_listen.has_value() || value.empty()) return std::nullopt;
  return kTakesAddress;
}

std::optional<std::string> SetHttpListen(std::string_view value, Settings& settings) {
  settings.http_listen = ListenAddress::Parse(value);
  if (settings.http_listen.has_value() || value.empty()) return std::nullopt;
  return kTakesAddress;
}

/// Separated by commas; empty: none.
std::vector<std::string> ReadList(std::string_view value) {
  return absl::StrSplit(domain::View(value), ',', absl::SkipWhitespace());
}

std::optional<std::string> SetHttpHosts(std::string_view value, Settings& settings) {
  settings.http_hosts = ReadList(absl::AsciiStrToLower(domain::View(value)));
  for (const std::string& name : settings.http_hosts) {
    if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_") != std::string::npos) {
      return "takes names without ports, separated by commas, like orders.example,orders";
    }
  }
  return std::nullopt;
}

std::optional<std::string> SetHttpCorsOrigins(std::string_view value, Settings& settings) {
  settings.http_cors_origins = ReadList(value);
  for (const std::string& origin : settings.http_cors_origins) {
    const std::size_t host = origin.find("://");
    const bool is_origin = (origin.starts_with("http://") || origin.starts_with("https://")) &&
                           host + 3 < origin.size() &&
                           origin.find_first_of("/ \t*", host + 3) == std::string::npos;
    if (!is_origin) {
      return "takes origins, separated by commas, like https://shop.example; no * and no path";
    }
  }
  return std::nullopt;
}

std::optional<std::string> SetWebhookHosts(std::string_view value, Settings& settings) {
  settings.webhook_hosts = ReadList(value);
  for (const std::string& host : settings.webhook_hosts) {
    if (!WebhookHost::Parse(host).has_value()) {
      return "takes hosts, separated by commas, like hooks.example, *.example:8443, 10.1.2.3:* or "
             "http://127.0.0.1:9000";
    }
  }
  return std::nullopt;
}

/// A path, or another text in which everything counts. Empty: not given.
Setter Text(std::string Settings::*member, std::string_view takes) {
  return [=](std::string_view value, Settings& settings) -> std::optional<std::string> {
    const bool is_plain = std::none_of(value.begin(), value.end(), [](char c) {
      return absl::ascii_iscntrl(static_cast<unsigned char>(c));
    });
    if (!is_plain || value.size() > kTextBytesMax) return std::string(takes);
    settings.*member = std::string(value);
    return std::nullopt;
  };
}

std::optional<std::string> SetTlsClientCertificates(std::string_view value, Settings& settings) {
  if (value != "required" && value != "optional") return "takes required or optional";
  settings.tls_requires_client_certificate = value == "required";
  return std::nullopt;
}

std::optional<std::string> SetLogFormat(std::string_view value, Settings& settings) {
  const std::optional<LogFormat> format = ParseLogFormat(value);
  if (!format.has_value()) return "takes text or json";
  settings.log_format = *format;
  return std::nullopt;
}

std::optional<std::string> SetLogLevel(std::string_view value, Settings& settings) {
  const std::optional<application::Severity> level = ParseSeverity(value);
  if (!level.has_value()) return "takes debug, info, warning or error";
  settings.log_level = *level;
  return std::nullopt;
}

std::vector<SettingRow> MakeRows() {
  constexpr std::uint64_t kCacheMax = 64ULL << 30;
  constexpr int kMany = 1'000'000;
  return {
      {"config", "FILE",
       "A file of settings, in TOML: --print-config prints one. Flags and the environment count "
       "before it.",
       "", SetConfig, UsedBy::kBoth, MayStandIn::kEnvironment},
      {"data", "DIR", "Directory of the log and the read models; made if it is missing.", "data",
       SetData, UsedBy::kBoth},
      {"store", "STORE",
       "Where events are kept: embedded, in --data; or on a server, "
       "esdb://USER:PASSWORD@HOST:PORT. "
       "With a password in it use the environment: command lines are seen by everyone.",
       "embedded", SetStore, UsedBy::kServe, MayStandIn::kAll, /*holds_password=*/true},
      {"feed", "FEED",
       "What read models are filled from: all, the whole log, filtered; or category, the stream "
       "$ce-order of a server whose projection $by_category runs.",
       "all", SetFeed},
      {"in-memory", "", "Keep everything in memory: nothing outlives the process.", "false",
       Switch(&Settings::in_memory), UsedBy::kBoth},
      {"accept-truncation", "POSITION",
       "For one start, after a refusal that names it: go on from a log that lost its end.", "none",
       SetAcceptTruncation, UsedBy::kBoth, MayStandIn::kNothing},
      {"grpc-listen", "HOST:PORT", "Where to serve gRPC; port 0 picks one that is free.",
       "127.0.0.1:50051", SetListen},
      {"store-listen", "HOST:PORT",
       "Where to serve the event store itself to any client of its protocol; not at all if absent.",
       "", SetStoreListen},
      {"listen", "HOST:PORT", "Where to serve; port 0 picks one that is free.", "127.0.0.1:2113",
       [](std::string_view value, Settings& settings) {
         return value.empty() ? kTakesAddress : SetStoreListen(value, settings);
       },
       UsedBy::kStore},
      {"store-users", "",
       "Serve the store to users alone: callers show a name and a password, and access lists of "
       "streams count. The first start makes the users admin and ops.",
       "false", Switch(&Settings::store_users), UsedBy::kBoth},
      {"store-admin-password-file", "FILE",
       "With --store-users: the first line is the password that admin gets when it is made; only "
       "its owner may read the file. Without it that is changeit, as everybody knows.",
       "", Text(&Settings::store_admin_password_file, kTakesFile), UsedBy::kBoth},
      {"store-ops-password-file", "FILE", "The same for ops.", "",
       Text(&Settings::store_ops_password_file, kTakesFile), UsedBy::kBoth},
      {"store-anonymous-streams", "",
       "With --store-users: callers without credentials may do with streams what everyone may.",
       "false", Switch(&Settings::store_anonymous_streams), UsedBy::kBoth},
      {"store-anonymous-endpoints", "", "With --store-users: they may see the node's statistics.",
       "false", Switch(&Settings::store_anonymous_endpoints), UsedBy::kBoth},
      {"metrics-listen", "HOST:PORT",
       "Where to serve metrics, GET /metrics for Prometheus; port 0 picks one; not at all if "
       "absent.",
       "", SetMetricsListen, UsedBy::kBoth},
      {"http-listen", "HOST:PORT",
       "Where to serve the API as JSON over HTTP; port 0 picks one; not at all if absent.", "",
       SetHttpListen},
      {"http-hosts", "NAMES",
       "Names that HTTP is called by, beside localhost and addresses, separated by commas.", "",
       SetHttpHosts},
      {"http-cors-origins", "ORIGINS",
       "Origins whose pages may use HTTP, like https://shop.example, separated by commas.", "",
       SetHttpCorsOrigins},
      {"webhook-hosts", "HOSTS",
       "Hosts that webhooks may go to, separated by commas: hooks.example, *.example:8443, "
       "10.1.2.3:* for any port; over https unless it says http://. An address of a private "
       "network "
       "is called only where its host is named without *. No webhooks if absent.",
       "", SetWebhookHosts},
      {"webhook-ca", "FILE",
       "With --webhook-hosts: certificates in PEM of those who sign receivers' certificates, "
       "beside "
       "the system's.",
       "", Text(&Settings::webhook_authorities, kTakesFile)},
      {"webhook-first-pause", "TIME",
       "How long a message waits after its first failed attempt, 1ms to 1h; the double after each "
       "further one, up to a day.",
       "5s", Time(&Settings::webhook_first_pause, absl::Milliseconds(1), absl::Hours(1))},
      {"webhook-attempts-max", "N",
       "Attempts after which a message is given up and becomes a dead letter, 1 to 100.", "20",
       Number(&Settings::webhook_attempts_max, 1, 100)},
      {"insecure", "",
       "Allow an address beyond loopback: without TLS and without tokens, so that whoever reaches "
       "it is believed.",
       "false", Switch(&Settings::insecure), UsedBy::kBoth},
      {"tls-cert", "FILE",
       "Certificate of this service in PEM, followed by those that signed it; with --tls-key all "
       "ports speak TLS. SIGHUP reads it and the next files again.",
       "", Text(&Settings::tls_certificate, kTakesFile), UsedBy::kBoth},
      {"tls-key", "FILE",
       "Its private key in PEM, without a password; only its owner may read the file.", "",
       Text(&Settings::tls_key, kTakesFile), UsedBy::kBoth},
      {"tls-client-ca", "FILE", "Certificates in PEM of those who sign callers' certificates.", "",
       Text(&Settings::tls_client_authorities, kTakesFile)},
      {"tls-client-certificates", "WHETHER",
       "With --tls-client-ca: required, a caller without a certificate is turned away; or "
       "optional, "
       "one that is shown is checked.",
       "required", SetTlsClientCertificates},
      {"tokens", "FILE",
       "Static tokens of callers, as hashes, in TOML; only its owner may read the file.", "",
       Text(&Settings::tokens, kTakesFile)},
      {"jwt-keys", "FILE",
       "Public keys (a JWK set) of who issues JWTs to callers; with --jwt-issuer and "
       "--jwt-audience.",
       "", Text(&Settings::jwt_keys, kTakesFile)},
      {"jwt-issuer", "TEXT", "The iss that a JWT must have, letter by letter.", "",
       Text(&Settings::jwt_issuer, kTakesClaim)},
      {"jwt-audience", "TEXT", "The aud that a JWT must have, alone or among others.", "",
       Text(&Settings::jwt_audience, kTakesClaim)},
      {"jwt-life-max", "TIME", "A JWT that holds for longer is refused, 1m to 24h.", "1h",
       Time(&Settings::jwt_life_max, absl::Minutes(1), absl::Hours(24))},
      {"calls-per-second-max", "N",
       "Calls a second of one caller, 0 to 1000000; 0: no bound. A static token may have its own.",
       "0", Number(&Settings::calls_per_second_max, 0, kMany)},
      {"latency-target", "TIME",
       "How long calls may take before new ones are turned away, 10ms to 1m.", "1s",
       Time(&Settings::latency_target, absl::Milliseconds(10), absl::Minutes(1))},
      {"log-format", "FORMAT", "Lines on stderr: text or json.", "text", SetLogFormat,
       UsedBy::kBoth},
      {"log-level", "LEVEL", "Least that is logged: debug, info, warning, error.", "info",
       SetLogLevel, UsedBy::kBoth},
      {"workers", "N", "Threads for commands, 1 to 1024.", "64",
       Number(&Settings::workers, 1, 1'024)},
      {"query-workers", "N", "Threads for lists, history and watches that catch up, 1 to 256.", "4",
       Number(&Settings::query_workers, 1, 256)},
      {"queries-waiting-max", "N", "Queries that may wait for a thread, 1 to 1000000.", "1024",
       Number(&Settings::queries_waiting_max, 1, kMany)},
      {"commands-per-order-max", "N", "Commands of one order that may wait, 1 to 1000000.", "256",
       Number(&Settings::commands_per_order_max, 1, kMany)},
      {"commands-in-flight-max", "N", "Commands of all orders that may wait, 1 to 1000000.", "4096",
       Number(&Settings::commands_in_flight_max, 1, kMany)},
      {"watches-max", "N", "Watches open at one time, 0 to 100000.", "4000",
       Number(&Settings::watches_max, 0, 100'000)},
      {"watch-stall-max", "TIME",
       "How long a watch may take no message, 1s to 1h; then it is ended.", "30s",
       Time(&Settings::watch_stall_max, absl::Seconds(1), absl::Hours(1))},
      {"http-connections-max", "N", "Connections of HTTP open at one time, 1 to 1000000.", "6000",
       Number(&Settings::http_connections_max, 1, kMany)},
      {"http-requests-in-flight-max", "N",
       "Requests of HTTP that may wait for their answers, 1 to 1000000.", "4096",
       Number(&Settings::http_requests_in_flight_max, 1, kMany)},
      {"http-body", "SIZE", "Largest body of a request of HTTP, up to 64MiB.", "1MiB",
       Bytes(&Settings::http_body_bytes_max, 64ULL << 20)},
      {"http-head-max", "TIME", "How long a request's headers may take to come, 100ms to 1h.",
       "10s", Time(&Settings::http_head_max, absl::Milliseconds(100), absl::Hours(1))},
      {"http-body-max", "TIME", "How long its body may take after that, 100ms to 1h.", "30s",
       Time(&Settings::http_body_max, absl::Milliseconds(100), absl::Hours(1))},
      {"http-idle-max", "TIME", "How long a connection may wait for a request, 100ms to 1h.", "15s",
       Time(&Settings::http_idle_max, absl::Milliseconds(100), absl::Hours(1))},
      {"http-stall-max", "TIME",
       "How long nothing of an answer may be taken, 100ms to 1h; then the connection is cut.",
       "30s", Time(&Settings::http_stall_max, absl::Milliseconds(100), absl::Hours(1))},
      {"deadline-default", "TIME", "Of a call that states none, 10ms to 1h.", "10s",
       Time(&Settings::deadline_default, absl::Milliseconds(10), absl::Hours(1))},
      {"deadline-max", "TIME", "Of a call that states a later one, 10ms to 1h.", "1m",
       Time(&Settings::deadline_max, absl::Milliseconds(10), absl::Hours(1))},
      {"drain-max", "TIME", "How long a stop waits for what is in flight, 10ms to 10m.", "5s",
       Time(&Settings::drain_max, absl::Milliseconds(10), absl::Minutes(10)), UsedBy::kBoth},
      {"audit-interval", "TIME",
       "How often read models are verified in the background, 1m to 720h, or none. Takes at most 5 "
       "% of a processor.",
       "24h", SetAuditInterval},
      {"command-cache", "SIZE", "Memory for the states that commands decide on.", "64MiB",
       Bytes(&Settings::command_cache_bytes_max, kCacheMax)},
      {"view-cache", "SIZE", "Memory for orders that were read lately.", "32MiB",
       Bytes(&Settings::view_cache_bytes_max, kCacheMax)},
      {"answer-cache", "SIZE", "Memory for encoded answers of GetOrder.", "32MiB",
       Bytes(&Settings::order_bytes_cache_max, kCacheMax)},
      {"http-answer-cache", "SIZE", "Memory for JSON of orders that were read lately.", "32MiB",
       Bytes(&Settings::http_order_cache_bytes_max, kCacheMax)},
      {"store-groups-max", "N",
       "Groups of consumers that the embedded store may have, 1 to 1000000.", "1000",
       Number(&Settings::store_groups_max, 1, kMany), UsedBy::kBoth},
      {"store-group-consumers-max", "N",
       "Consumers of all of them connected at one time, 1 to 1000000.", "1000",
       Number(&Settings::store_group_consumers_max, 1, kMany), UsedBy::kBoth},
      {"store-groups-memory", "SIZE", "Memory for the events that they hold.", "256MiB",
       Bytes(&Settings::store_groups_bytes_max, kCacheMax), UsedBy::kBoth},
      {"grpc-memory", "SIZE", "Memory that gRPC may hold for calls.", "256MiB",
       Bytes(&Settings::grpc_memory_max, kCacheMax), UsedBy::kBoth},
      {"free-space-min", "SIZE", "Below this much free disk writes are refused, and reads go on.",
       "256MiB", Bytes(&Settings::free_space_min, kCacheMax), UsedBy::kBoth},
      {"free-space-min-percent", "N",
       "The same in percent of the disk, 0 to 100; the larger of the two counts.", "5",
       Number(&Settings::free_space_min_percent, 0, 100), UsedBy::kBoth},
  };
}

}  // namespace

const std::vector<SettingRow>& SettingRows() {
  static const auto& rows = *new std::vector<SettingRow>(MakeRows());
  return rows;
}

bool SettingRow::IsOf(Command command) const {
  return used_by == UsedBy::kBoth || (used_by == UsedBy::kStore) == (command == Command::kStore);
}

std::string SettingRow::flag() const { return absl::StrCat("--", name); }

std::string SettingRow::environment() const {
  return absl::StrCat("ORDERS_", absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{"-", "_"}})));
}

}  // namespace orders::infrastructure
