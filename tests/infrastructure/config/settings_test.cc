#include "infrastructure/config/settings.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "infrastructure/config/setting_texts.h"

namespace orders::infrastructure {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Environment = std::map<std::string, std::string>;

absl::StatusOr<std::variant<ResolvedSettings, PrintAndExit>> Resolve(
    const std::vector<std::string>& arguments, const Environment& environment = {}) {
  return ResolveSettings(arguments, [&](const std::string& name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

ResolvedSettings Resolved(const std::vector<std::string>& arguments,
                          const Environment& environment = {}) {
  const auto resolved = Resolve(arguments, environment);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  return resolved.ok() ? std::get<ResolvedSettings>(*resolved) : ResolvedSettings{};
}

/// The error's text, or "" if there is none.
std::string Refusal(const std::vector<std::string>& arguments,
                    const Environment& environment = {}) {
  const auto resolved = Resolve(arguments, environment);
  if (resolved.ok()) return "";
  EXPECT_TRUE(absl::IsInvalidArgument(resolved.status()));
  return std::string(resolved.status().message());
}

TEST(Settings, WrittenDefaultsAreTheOnesOfTheStruct) {
  const Settings defaults;
  const Settings settings = Resolved({}).settings;
  EXPECT_EQ(settings.data, defaults.data);
  EXPECT_EQ(settings.in_memory, defaults.in_memory);
  EXPECT_EQ(settings.accept_truncation, defaults.accept_truncation);
  EXPECT_EQ(settings.grpc_listen.ToString(), defaults.grpc_listen.ToString());
  EXPECT_EQ(settings.insecure, defaults.insecure);
  EXPECT_EQ(settings.metrics_listen.has_value(), defaults.metrics_listen.has_value());
  EXPECT_EQ(settings.http_listen.has_value(), defaults.http_listen.has_value());
  EXPECT_EQ(settings.http_hosts, defaults.http_hosts);
  EXPECT_EQ(settings.http_cors_origins, defaults.http_cors_origins);
  EXPECT_EQ(settings.http_connections_max, defaults.http_connections_max);
  EXPECT_EQ(settings.http_requests_in_flight_max, defaults.http_requests_in_flight_max);
  EXPECT_EQ(settings.http_body_bytes_max, defaults.http_body_bytes_max);
  EXPECT_EQ(settings.http_head_max, defaults.http_head_max);
  EXPECT_EQ(settings.http_body_max, defaults.http_body_max);
  EXPECT_EQ(settings.http_idle_max, defaults.http_idle_max);
  EXPECT_EQ(settings.http_stall_max, defaults.http_stall_max);
  EXPECT_EQ(settings.http_order_cache_bytes_max, defaults.http_order_cache_bytes_max);
  EXPECT_EQ(settings.tls_certificate, defaults.tls_certificate);
  EXPECT_EQ(settings.tls_key, defaults.tls_key);
  EXPECT_EQ(settings.tls_client_authorities, defaults.tls_client_authorities);
  EXPECT_EQ(settings.tls_requires_client_certificate, defaults.tls_requires_client_certificate);
  EXPECT_EQ(settings.tokens, defaults.tokens);
  EXPECT_EQ(settings.jwt_keys, defaults.jwt_keys);
  EXPECT_EQ(settings.jwt_issuer, defaults.jwt_issuer);
  EXPECT_EQ(settings.jwt_audience, defaults.jwt_audience);
  EXPECT_EQ(settings.jwt_life_max, defaults.jwt_life_max);
  EXPECT_EQ(settings.calls_per_second_max, defaults.calls_per_second_max);
  EXPECT_EQ(settings.latency_target, defaults.latency_target);
  EXPECT_EQ(settings.log_format, defaults.log_format);
  EXPECT_EQ(settings.log_level, defaults.log_level);
  EXPECT_EQ(settings.workers, defaults.workers);
  EXPECT_EQ(settings.query_workers, defaults.query_workers);
  EXPECT_EQ(settings.queries_waiting_max, defaults.queries_waiting_max);
  EXPECT_EQ(settings.commands_per_order_max, defaults.commands_per_order_max);
  EXPECT_EQ(settings.commands_in_flight_max, defaults.commands_in_flight_max);
  EXPECT_EQ(settings.watches_max, defaults.watches_max);
  EXPECT_EQ(settings.watch_stall_max, defaults.watch_stall_max);
  EXPECT_EQ(settings.deadline_default, defaults.deadline_default);
  EXPECT_EQ(settings.deadline_max, defaults.deadline_max);
  EXPECT_EQ(settings.drain_max, defaults.drain_max);
  EXPECT_EQ(settings.command_cache_bytes_max, defaults.command_cache_bytes_max);
  EXPECT_EQ(settings.view_cache_bytes_max, defaults.view_cache_bytes_max);
  EXPECT_EQ(settings.order_bytes_cache_max, defaults.order_bytes_cache_max);
  EXPECT_EQ(settings.grpc_memory_max, defaults.grpc_memory_max);
  EXPECT_EQ(settings.store_groups_max, defaults.store_groups_max);
  EXPECT_EQ(settings.store_group_consumers_max, defaults.store_group_consumers_max);
  EXPECT_EQ(settings.store_groups_bytes_max, defaults.store_groups_bytes_max);
  EXPECT_EQ(settings.free_space_min, defaults.free_space_min);
  EXPECT_EQ(settings.free_space_min_percent, defaults.free_space_min_percent);
}

TEST(Settings, TakeTheFlagOverTheEnvironmentOverTheDefaultAndKeepTheSource) {
  const ResolvedSettings resolved =
      Resolved({"--workers", "3"}, {{"ORDERS_WORKERS", "4"}, {"ORDERS_QUERY_WORKERS", "5"}});
  EXPECT_EQ(resolved.settings.workers, 3);
  EXPECT_EQ(resolved.settings.query_workers, 5);
  EXPECT_EQ(resolved.sources.at("workers"), SettingSource::kFlag);
  EXPECT_EQ(resolved.sources.at("query-workers"), SettingSource::kEnvironment);
  EXPECT_EQ(resolved.sources.at("data"), SettingSource::kDefault);
  EXPECT_EQ(resolved.sources.count("listen"), 0U) << "of orderd store";
}

TEST(Settings, TakeWhereToServeMetricsForBothCommands) {
  for (const std::string command : {"serve", "store"}) {
    EXPECT_FALSE(Resolved({command}).settings.metrics_listen.has_value());
    EXPECT_FALSE(
        Resolved({command}, {{"ORDERS_METRICS_LISTEN", ""}}).settings.metrics_listen.has_value());
    EXPECT_EQ(
        Resolved({command, "--metrics-listen", "[::1]:0"}).settings.metrics_listen->ToString(),
        "[::1]:0");
    EXPECT_EQ(Resolved({command}, {{"ORDERS_METRICS_LISTEN", "localhost:9464"}})
                  .settings.metrics_listen->ToString(),
              "localhost:9464");
    EXPECT_THAT(Refusal({command, "--metrics-listen", "9464"}), HasSubstr("HOST:PORT"));
  }
}

TEST(Settings, TakeAFeed) {
  EXPECT_EQ(Resolved({}).settings.feed, FeedSetting::kAll);
  EXPECT_EQ(Resolved({"--feed", "all"}).settings.feed, FeedSetting::kAll);
  EXPECT_EQ(Resolved({"--feed", "category"}).settings.feed, FeedSetting::kCategory);
  EXPECT_EQ(Resolved({}, {{"ORDERS_FEED", "category"}}).settings.feed, FeedSetting::kCategory);
  EXPECT_THAT(Refusal({"--feed", "Category"}), HasSubstr("--feed takes all or category"));
  EXPECT_THAT(Refusal({"store", "--feed", "all"}), HasSubstr("--feed is no flag of orderd store"));
}

TEST(Settings, TakeAnAcceptedTruncationFromTheFlagAlone) {
  EXPECT_EQ(Resolved({"serve", "--accept-truncation", "12"}).settings.accept_truncation, 12U);
  EXPECT_EQ(Resolved({}).settings.accept_truncation, std::nullopt);
  const std::string refusal = Refusal({}, {{"ORDERS_ACCEPT_TRUNCATION", "12"}});
  EXPECT_THAT(refusal, HasSubstr("ORDERS_ACCEPT_TRUNCATION"));
  EXPECT_THAT(refusal, HasSubstr("--accept-truncation"));
}

TEST(Settings, TakeTheWordServeBeforeOrAfterFlagsOrNotAtAll) {
  EXPECT_EQ(Resolved({"serve", "--data", "x"}).settings.data, "x");
  EXPECT_EQ(Resolved({"--data", "x", "serve"}).settings.data, "x");
  EXPECT_EQ(Resolved({"--data=x"}).settings.data, "x");
}

TEST(Settings, TakeSwitchesWithAndWithoutAValue) {
  EXPECT_TRUE(Resolved({"--in-memory"}).settings.in_memory);
  EXPECT_FALSE(Resolved({"--in-memory=false"}).settings.in_memory);
  EXPECT_TRUE(Resolved({}, {{"ORDERS_INSECURE", "true"}}).settings.insecure);
}

TEST(Settings, ReadSizesAndTimes) {
  const Settings settings =
      Resolved({"--view-cache", "512KiB", "--grpc-memory", "1GiB", "--drain-max", "1m30s"})
          .settings;
  EXPECT_EQ(settings.view_cache_bytes_max, 512U << 10U);
  EXPECT_EQ(settings.grpc_memory_max, 1ULL << 30U);
  EXPECT_EQ(settings.drain_max, absl::Seconds(90));
}

TEST(Settings, AreRefusedWithOneLineThatNamesTheFlag) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--nope"}, "--nope"},
      {{"--nope=1"}, "--nope"},
      {{"stray"}, "\"stray\" is neither a flag nor a command, serve or store"},
      {{"serve", "stray"}, "\"stray\" is neither a flag nor a command, serve or store"},
      {{"serve", "serve"}, "serve or store is to be given once"},
      {{"--data"}, "--data"},
      {{"--data", "a", "--data", "b"}, "--data is given twice"},
      {{"--in-memory", "--in-memory"}, "--in-memory is given twice"},
      {{"--in-memory=maybe"}, "--in-memory"},
      {{"--workers", "abc"}, "--workers"},
      {{"--workers", "0"}, "--workers"},
      {{"--workers", "1025"}, "--workers"},
      {{"--workers=-1"}, "--workers"},
      {{"--workers", "1e3"}, "--workers"},
      {{"--workers", "99999999999999999999"}, "--workers"},
      {{"--workers", " 4"}, "--workers"},
      {{"--grpc-listen", "127.0.0.1:65536"}, "--grpc-listen"},
      {{"--grpc-listen", "127.0.0.1:abc"}, "--grpc-listen"},
      {{"--grpc-listen", "127.0.0.1"}, "--grpc-listen"},
      {{"--accept-truncation", "-1"}, "--accept-truncation"},
      {{"--accept-truncation", "all"}, "--accept-truncation"},
      {{"--accept-truncation", "9223372036854775808"}, "--accept-truncation"},
      {{"--log-format", "xml"}, "--log-format"},
      {{"--log-level", "loud"}, "--log-level"},
      {{"--drain-max", "5"}, "--drain-max"},
      {{"--drain-max", "5x"}, "--drain-max"},
      {{"--drain-max=-1s"}, "--drain-max"},
      {{"--drain-max", "0"}, "--drain-max"},
      {{"--drain-max", "1e9h"}, "--drain-max"},
      {{"--view-cache", "1.5GiB"}, "--view-cache"},
      {{"--view-cache=-1"}, "--view-cache"},
      {{"--view-cache", "99999TiB"}, "--view-cache"},
      {{"--view-cache", "99999999999GiB"}, "--view-cache"},
      {{"--deadline-default", "2m"}, "--deadline-default"},
      {{"--tls-client-certificates", "never"}, "--tls-client-certificates"},
      {{"--tls-cert", std::string(5'000, 'a')}, "--tls-cert"},
      {{"--jwt-life-max", "0s"}, "--jwt-life-max"},
      {{"--jwt-life-max", "25h"}, "--jwt-life-max"},
      {{"--calls-per-second-max", "1.5"}, "--calls-per-second-max"},
      {{"--latency-target", "1ms"}, "--latency-target"},
  };
  for (const auto& [arguments, name] : cases) {
    const std::string refusal = Refusal(arguments);
    EXPECT_THAT(refusal, HasSubstr(name));
    EXPECT_THAT(refusal, HasSubstr("--help"));
    EXPECT_EQ(refusal.find('\n'), std::string::npos) << refusal;
  }
}

TEST(Settings, NameTheVariableThatIsWrong) {
  EXPECT_THAT(Refusal({}, {{"ORDERS_WORKERS", "many"}}), HasSubstr("ORDERS_WORKERS"));
  EXPECT_THAT(Refusal({}, {{"ORDERS_DATA", ""}}), HasSubstr("ORDERS_DATA"));
}

TEST(Settings, AWrongVariableDoesNotMatterWhenAFlagIsGiven) {
  EXPECT_EQ(Resolved({"--workers", "2"}, {{"ORDERS_WORKERS", "many"}}).settings.workers, 2);
}

/// What is said of settings that must not stand together, "" if they may.
std::string Contradiction(const std::vector<std::string>& arguments) {
  const auto resolved = Resolve(arguments);
  if (resolved.ok()) return "";
  EXPECT_TRUE(absl::IsFailedPrecondition(resolved.status())) << resolved.status();
  return std::string(resolved.status().message());
}

TEST(SettingsOfTls, StandTogether) {
  EXPECT_EQ(Contradiction({"--tls-cert=c", "--tls-key=k"}), "");
  EXPECT_THAT(Contradiction({"--tls-cert=c"}), HasSubstr("tls-cert is set, and tls-key is not"));
  EXPECT_THAT(Contradiction({"--tls-key=k"}), HasSubstr("tls-key is set, and tls-cert is not"));
  EXPECT_THAT(Contradiction({"--tls-client-ca=a"}), HasSubstr("Set tls-cert and tls-key too"));
  const std::vector<std::string> all = {"--tls-cert=c", "--tls-key=k", "--tls-client-ca=a",
                                        "--tls-client-certificates=optional"};
  const Settings settings = Resolved(all).settings;
  EXPECT_EQ(settings.tls_client_authorities, "a");
  EXPECT_FALSE(settings.tls_requires_client_certificate);
}

// Who asks for certificates, and says of nobody's that it is good, would let everyone in.
TEST(SettingsOfTls, AskForNoCertificateWithoutWhoSignsIt) {
  for (const char* whether : {"required", "optional"}) {
    EXPECT_THAT(Contradiction({"--tls-cert=c", "--tls-key=k",
                               absl::StrCat("--tls-client-certificates=", whether)}),
                HasSubstr("tls-client-ca"));
  }
}

TEST(SettingsOfJwts, StandTogether) {
  EXPECT_EQ(Contradiction({"--jwt-keys=k", "--jwt-issuer=i", "--jwt-audience=a"}), "");
  EXPECT_THAT(Contradiction({"--jwt-keys=k"}),
              HasSubstr("set jwt-issuer, jwt-audience too, or leave jwt-keys out"));
  EXPECT_THAT(Contradiction({"--jwt-issuer=i", "--jwt-audience=a"}),
              HasSubstr("set jwt-keys too, or leave jwt-issuer, jwt-audience out"));
}

TEST(SettingsOfTheStoresUsers, StandTogether) {
  const std::string listen = "--store-listen=127.0.0.1:0";
  EXPECT_EQ(Contradiction({listen, "--store-users", "--store-anonymous-streams",
                           "--store-anonymous-endpoints", "--store-admin-password-file=a",
                           "--store-ops-password-file=o"}),
            "");
  EXPECT_EQ(Contradiction({"store", "--store-users"}), "");
  EXPECT_THAT(Contradiction({"--store-users"}), HasSubstr("Set store-listen too"));
  for (const char* flag : {"--store-anonymous-streams", "--store-anonymous-endpoints",
                           "--store-admin-password-file=a", "--store-ops-password-file=o"}) {
    EXPECT_THAT(Contradiction({listen, flag}), HasSubstr("Set store-users too")) << flag;
  }
}

TEST(SettingsOfWebhooks, NameHostsAndWhoSignsTheirCertificates) {
  const Settings settings =
      Resolved({"--webhook-hosts", "hooks.example,*.example:8443,http://127.0.0.1:*",
                "--webhook-ca=c", "--webhook-first-pause=20ms", "--webhook-attempts-max=3"})
          .settings;
  EXPECT_THAT(settings.webhook_hosts,
              ElementsAre("hooks.example", "*.example:8443", "http://127.0.0.1:*"));
  EXPECT_EQ(settings.webhook_authorities, "c");
  EXPECT_EQ(settings.webhook_first_pause, absl::Milliseconds(20));
  EXPECT_EQ(settings.webhook_attempts_max, 3);
  EXPECT_THAT(Resolved({}).settings.webhook_hosts, ElementsAre());
  EXPECT_THAT(Contradiction({"--webhook-ca=c"}), HasSubstr("Set webhook-hosts too"));
}

TEST(SettingsOfWebhooks, AreRefusedWithMoreThanAHost) {
  for (const char* hosts : {"https://hooks.example/path", "ann@hooks.example", "*.*",
                            "hooks .example", "hooks.example:0", "a.example,,-"}) {
    EXPECT_THAT(Refusal({"--webhook-hosts", hosts}), HasSubstr("--webhook-hosts takes hosts"));
  }
  EXPECT_THAT(Refusal({"--webhook-attempts-max", "0"}), HasSubstr("1 to 100"));
  EXPECT_THAT(Refusal({"--webhook-first-pause", "0s"}), HasSubstr("1ms"));
  EXPECT_THAT(Refusal({"store", "--webhook-hosts", "a.example"}), HasSubstr("orderd store"));
}

TEST(Settings, CheckConfigResolvesThemAndAsksForNothingToRun) {
  EXPECT_TRUE(Resolved({"--check-config"}).check_only);
  EXPECT_FALSE(Resolved({}).check_only);
}

TEST(Settings, HelpAndVersionRunNothing) {
  for (const char* flag : {"--help", "-h", "--version"}) {
    const auto resolved = Resolve({flag});
    ASSERT_TRUE(resolved.ok()) << resolved.status();
    EXPECT_TRUE(std::holds_alternative<PrintAndExit>(*resolved));
  }
}

TEST(Settings, HelpListsEveryRowAndNamesDiffer) {
  std::set<std::string> names;
  for (const SettingRow& row : SettingRows()) {
    for (const Command command : {Command::kServe, Command::kStore}) {
      const std::string line = "  " + row.flag() + " ";
      EXPECT_EQ(SettingsHelp(command).find(line) != std::string::npos, row.IsOf(command))
          << row.name;
    }
    EXPECT_TRUE(row.IsOf(Command::kServe) || row.IsOf(Command::kStore)) << row.name;
    EXPECT_TRUE(names.insert(row.environment()).second) << row.name;
  }
  for (const Command command : {Command::kServe, Command::kStore}) {
    const std::string help = SettingsHelp(command);
    for (const absl::string_view line : absl::StrSplit(help, '\n')) {
      EXPECT_LE(line.size(), 100U) << line;
    }
  }
}

EffectiveSetting Effective(const Settings& settings, const std::string& name) {
  for (const EffectiveSetting& one : settings.effective) {
    if (one.name == name) return one;
  }
  ADD_FAILURE() << "no setting " << name;
  return {};
}

TEST(EffectiveSettings, SayWhereEachComesFrom) {
  const Settings settings =
      Resolved({"--workers", "7"}, {{"ORDERS_QUERY_WORKERS", "3"}, {"ORDERS_WORKERS", "9"}})
          .settings;
  EXPECT_EQ(Effective(settings, "workers").value, "7");
  EXPECT_EQ(Effective(settings, "workers").source, SettingSource::kFlag);
  EXPECT_EQ(Effective(settings, "query-workers").value, "3");
  EXPECT_EQ(Effective(settings, "query-workers").source, SettingSource::kEnvironment);
  EXPECT_EQ(Effective(settings, "drain-max").value, "5s");
  EXPECT_EQ(Effective(settings, "drain-max").source, SettingSource::kDefault);
  EXPECT_FALSE(Effective(settings, "drain-max").help.empty());
}

TEST(EffectiveSettings, TellNoUserAndNoPassword) {
  for (const auto& [store, shown] :
       {std::pair{"esdb://ada:s3cret@h:2113?tls=false", "esdb://***@h:2113?tls=false"},
        {"esdb://ada:s3@cret@h:2113", "esdb://***@h:2113"},
        {"ada:s3cret@h", "***@h"},
        {"esdb://h:2113", "esdb://h:2113"},
        {"embedded", "embedded"}}) {
    const Settings settings = Resolved({}, {{"ORDERS_STORE", store}}).settings;
    EXPECT_EQ(Effective(settings, "store").value, shown);
    for (const EffectiveSetting& one : settings.effective) {
      EXPECT_THAT(one.value, ::testing::Not(HasSubstr("s3"))) << one.name;
    }
  }
}

TEST(SettingsOfTheStoreAlone, ServeWhereTheProtocolsClientsLookFirst) {
  const Settings settings = Resolved({"store"}).settings;
  EXPECT_EQ(settings.command, Command::kStore);
  ASSERT_TRUE(settings.store_listen.has_value());
  EXPECT_EQ(settings.store_listen->ToString(), "127.0.0.1:2113");
}

TEST(SettingsOfTheStoreAlone, TakeTheWordStoreBeforeOrAfterFlags) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"store", "--data", "x", "--listen", "[::1]:7"},
                                             {"--listen=[::1]:7", "--data=x", "store"}}) {
    const Settings settings = Resolved(arguments).settings;
    EXPECT_EQ(settings.data, "x");
    EXPECT_EQ(settings.store_listen->ToString(), "[::1]:7");
  }
  EXPECT_EQ(Resolved({"store"}, {{"ORDERS_LISTEN", "127.0.0.1:8"}}).settings.store_listen->port, 8);
}

TEST(SettingsOfTheStoreAlone, RefuseFlagsOfTheServiceAndTheOtherWayRound) {
  EXPECT_THAT(Refusal({"store", "--grpc-listen", "127.0.0.1:1"}),
              HasSubstr("--grpc-listen is no flag of orderd store"));
  EXPECT_THAT(Refusal({"store", "--listen", "here"}), HasSubstr("--listen takes HOST:PORT"));
  EXPECT_NE(Refusal({"store", "--listen="}), "");
  EXPECT_THAT(Refusal({"--listen", "127.0.0.1:1"}),
              HasSubstr("--listen is no flag of orderd serve"));
  EXPECT_NE(Refusal({"serve", "store"}), "");
}

TEST(SettingsOfTheService, KeepTheStoreToItselfUnlessTold) {
  EXPECT_FALSE(Resolved({"serve"}).settings.store_listen.has_value());
  EXPECT_EQ(Resolved({"--store-listen", "127.0.0.1:9"}).settings.store_listen->port, 9);
  EXPECT_THAT(Refusal({"--store-listen", "9"}), HasSubstr("--store-listen takes HOST:PORT"));
}

}  // namespace
}  // namespace orders::infrastructure
