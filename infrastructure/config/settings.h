#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "infrastructure/telemetry/logging.h"

namespace orders::infrastructure {

/// HOST:PORT; an IPv6 host stands in brackets.
struct ListenAddress {
  std::string host = "127.0.0.1";  ///< Without brackets.
  std::uint16_t port = 50'051;     ///< 0: any that is free.

  static std::optional<ListenAddress> Parse(std::string_view text);
  std::string ToString() const;
  /// 127.0.0.0/8, ::1 or localhost: nobody else's machine gets here.
  bool IsLoopback() const;
};

inline constexpr std::string_view kVersion = "0.1.0";

/// Settings::store, when events are kept in this process.
inline constexpr std::string_view kEmbeddedStore = "embedded";

/// What orderd is to run.
enum class Command {
  kServe,  ///< The order service.
  kStore,  ///< The event store alone, for any client of its protocol.
};

/// What read models are filled from.
enum class FeedSetting {
  kAll,       ///< $all, filtered.
  kCategory,  ///< The links in $ce-order; of a server alone.
};

enum class SettingSource { kDefault, kFile, kEnvironment, kFlag };

/// One setting, for those who ask what counts.
struct EffectiveSetting {
  std::string name;
  std::string value;  ///< As it was written, without user and password.
  SettingSource source = SettingSource::kDefault;
  std::string help;
};

/// How it runs. The defaults serve on this machine alone, with data in ./data.
struct Settings {
  Command command = Command::kServe;
  std::string config;         ///< The file that settings were read from; may be empty.
  std::string data = "data";  ///< Directory; made if missing.
  /// kEmbeddedStore, or a server's connection string, which may hold a password.
  std::string store = std::string(kEmbeddedStore);
  FeedSetting feed = FeedSetting::kAll;
  bool in_memory = false;                          ///< Nothing is kept; `data` is not looked at.
  std::optional<std::uint64_t> accept_truncation;  ///< See EmbeddedEventStoreOptions.
  ListenAddress grpc_listen;
  /// Where the store's own protocol is served. kStore: always set. kServe: not, if absent.
  std::optional<ListenAddress> store_listen;
  bool store_users = false;  ///< There callers are users, and streams have access lists.
  /// Files with the passwords that the first users get; empty: those that everybody knows.
  std::string store_admin_password_file;
  std::string store_ops_password_file;
  // Of the embedded store's groups of consumers: see NodeServerOptions.
  int store_groups_max = 1'000;
  int store_group_consumers_max = 1'000;
  std::uint64_t store_groups_bytes_max = 256ULL << 20;
  bool store_anonymous_streams = false;         ///< For callers without credentials.
  bool store_anonymous_endpoints = false;       ///< The same.
  std::optional<ListenAddress> metrics_listen;  ///< Absent: metrics are counted, not served.
  /// Where the API is served as JSON over HTTP; absent: not.
  std::optional<ListenAddress> http_listen;
  std::vector<std::string> http_hosts;         ///< Names of ours in Host, lower case.
  std::vector<std::string> http_cors_origins;  ///< Whose pages may use it.
  /// Hosts that webhooks may go to, as WebhookHost reads them; empty: there are no webhooks.
  std::vector<std::string> webhook_hosts;
  std::string webhook_authorities;  ///< PEM file of authorities beside the system's; empty: none.
  absl::Duration webhook_first_pause = absl::Seconds(5);  ///< Doubles with each failed attempt.
  int webhook_attempts_max = 20;  ///< Of one message; then it is a dead letter.
  bool insecure = false;          ///< May listen beyond loopback, where everyone is believed.

  std::string tls_certificate;  ///< PEM file; empty: no TLS. Set together with `tls_key`.
  std::string tls_key;
  std::string tls_client_authorities;  ///< PEM file; empty: no certificate is asked of callers.
  bool tls_requires_client_certificate = true;
  std::string tokens;    ///< File of static tokens; empty: none.
  std::string jwt_keys;  ///< File of keys of JWTs; empty: none. Set together with the next two.
  std::string jwt_issuer;
  std::string jwt_audience;
  absl::Duration jwt_life_max = absl::Hours(1);
  int calls_per_second_max = 0;  ///< Of a caller whose token says nothing of it; 0: no bound.
  absl::Duration latency_target =
      absl::Seconds(1);  ///< Calls are taken as long as they stay below.

  LogFormat log_format = LogFormat::kText;
  application::Severity log_level = application::Severity::kInfo;

  int workers = 64;       ///< Threads for commands.
  int query_workers = 4;  ///< Threads for lists, history, and watches that catch up.
  int queries_waiting_max = 1'024;
  int commands_per_order_max = 256;
  int commands_in_flight_max = 4'096;
  int watches_max = 4'000;
  absl::Duration watch_stall_max = absl::Seconds(30);  ///< Then a watch nobody reads is ended.
  absl::Duration deadline_default = absl::Seconds(10);
  absl::Duration deadline_max = absl::Seconds(60);
  absl::Duration drain_max = absl::Seconds(5);
  absl::Duration audit_interval = absl::Hours(24);  ///< Zero: read models are not audited.
  std::uint64_t command_cache_bytes_max = 64ULL << 20;
  std::uint64_t view_cache_bytes_max = 32ULL << 20;
  std::uint64_t order_bytes_cache_max = 32ULL << 20;  ///< Encoded answers of GetOrder.
  std::uint64_t grpc_memory_max = 256ULL << 20;
  int http_connections_max = 6'000;
  int http_requests_in_flight_max = 4'096;
  std::uint64_t http_body_bytes_max = 1ULL << 20;
  absl::Duration http_head_max = absl::Seconds(10);   ///< Until a request's headers are whole,
  absl::Duration http_body_max = absl::Seconds(30);   ///< then its body.
  absl::Duration http_idle_max = absl::Seconds(15);   ///< Between two requests of a connection.
  absl::Duration http_stall_max = absl::Seconds(30);  ///< In which nothing of an answer is taken.
  std::uint64_t http_order_cache_bytes_max = 32ULL << 20;  ///< Orders as JSON.
  std::uint64_t free_space_min = 256ULL << 20;
  int free_space_min_percent = 5;

  std::vector<EffectiveSetting> effective;  ///< What all of this comes from; for people.
};

enum class UsedBy { kServe, kStore, kBoth };

/// Where a setting may come from beside a flag.
enum class MayStandIn {
  kAll,          ///< The environment, and a file.
  kEnvironment,  ///< The environment.
  kNothing,      ///< It is meant for one start, and they would stay.
};

/// One row of the table that all of this is made of: flags, environment, file, help, documentation.
struct SettingRow {
  std::string name;        ///< "grpc-listen": flag --grpc-listen, environment ORDERS_GRPC_LISTEN.
  std::string value_name;  ///< "HOST:PORT"; empty: a switch, which takes no value.
  std::string help;        ///< With unit and range.
  std::string default_value;  ///< As it would be written.
  /// Sets it, or says what a value must look like.
  std::function<std::optional<std::string>(std::string_view value, Settings& settings)> set;
  UsedBy used_by = UsedBy::kServe;
  MayStandIn may_stand_in = MayStandIn::kAll;
  /// A connection string: shown without what stands before its host.
  bool holds_password = false;

  bool IsOf(Command command) const;
  std::string flag() const;
  std::string environment() const;
};
const std::vector<SettingRow>& SettingRows();

struct ResolvedSettings {
  Settings settings;
  std::map<std::string, SettingSource> sources;  ///< By name; all of the command's.
  bool check_only = false;  ///< --check-config: look at the files that they name, and run nothing.
};
/// --help, --version and --print-config: nothing is to be run.
struct PrintAndExit {
  std::string text;
};

/// Flags over environment over the file that --config names over defaults. `arguments` without the
/// program's name; `environment` gives a variable's value, or null. Errors, one line that names the
/// flag, the variable, or the file's line and column, and says what it takes: InvalidArgument;
/// FailedPrecondition if it is the file's fault. A setting of the other command is one too.
absl::StatusOr<std::variant<ResolvedSettings, PrintAndExit>> ResolveSettings(
    const std::vector<std::string>& arguments,
    const std::function<const char*(const std::string&)>& environment);

}  // namespace orders::infrastructure
