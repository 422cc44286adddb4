#include <cstdlib>
#include <fstream>

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "infrastructure/config/setting_texts.h"

namespace orders::infrastructure {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

using Environment = std::map<std::string, std::string>;

class ConfigFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = ::testing::TempDir() + "config_XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    path_ = folder + "/orderd.toml";
  }

  void Given(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path_, std::ios::binary) << text;
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
  }

  absl::StatusOr<std::variant<ResolvedSettings, PrintAndExit>> Resolve(
      std::vector<std::string> arguments = {}, const Environment& environment = {}) const {
    arguments.push_back("--config=" + path_);
    return ResolveSettings(arguments, [&](const std::string& name) -> const char* {
      const auto found = environment.find(name);
      return found == environment.end() ? nullptr : found->second.c_str();
    });
  }

  ResolvedSettings Resolved(const std::vector<std::string>& arguments = {},
                            const Environment& environment = {}) const {
    const auto resolved = Resolve(arguments, environment);
    EXPECT_TRUE(resolved.ok()) << resolved.status();
    return resolved.ok() ? std::get<ResolvedSettings>(*resolved) : ResolvedSettings{};
  }

  /// The error's text without the file's name, or "" if there is none.
  std::string Refusal(const std::string& text) {
    Given(text);
    const auto resolved = Resolve();
    if (resolved.ok()) return "";
    EXPECT_TRUE(absl::IsFailedPrecondition(resolved.status())) << resolved.status();
    const std::string message(resolved.status().message());
    EXPECT_THAT(message, StartsWith(path_ + ":"));
    return message.substr(path_.size() + 1);
  }

  std::string path_;
};

TEST_F(ConfigFile, SetsWhatItNames) {
  Given(
      "# A comment.\nworkers = 7\nin-memory = true\ndrain-max = \"1s\"\n"
      "http-hosts = [\"shop.example\", \"orders\"]\ngrpc-memory = \"64MiB\"\n");
  const ResolvedSettings resolved = Resolved();
  EXPECT_EQ(resolved.settings.workers, 7);
  EXPECT_TRUE(resolved.settings.in_memory);
  EXPECT_EQ(resolved.settings.drain_max, absl::Seconds(1));
  EXPECT_THAT(resolved.settings.http_hosts, ::testing::ElementsAre("shop.example", "orders"));
  EXPECT_EQ(resolved.settings.grpc_memory_max, 64ULL << 20);
  EXPECT_EQ(resolved.settings.config, path_);
  EXPECT_EQ(resolved.sources.at("workers"), SettingSource::kFile);
  EXPECT_EQ(resolved.sources.at("query-workers"), SettingSource::kDefault);
}

TEST_F(ConfigFile, CountsAfterFlagsAndTheEnvironment) {
  Given("workers = 7\nquery-workers = 8\nwatches-max = 9\n");
  const ResolvedSettings resolved =
      Resolved({"--workers=1", "--query-workers=2"},
               {{"ORDERS_QUERY_WORKERS", "3"}, {"ORDERS_WATCHES_MAX", "4"}});
  EXPECT_EQ(resolved.settings.workers, 1);
  EXPECT_EQ(resolved.settings.query_workers, 2);
  EXPECT_EQ(resolved.settings.watches_max, 4);
}

TEST_F(ConfigFile, IsNamedByTheEnvironmentToo) {
  Given("workers = 7\n");
  const auto resolved = ResolveSettings({}, [this](const std::string& name) {
    return name == "ORDERS_CONFIG" ? path_.c_str() : nullptr;
  });
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(std::get<ResolvedSettings>(*resolved).settings.workers, 7);
}

TEST_F(ConfigFile, WhatIsWrongIsNamedWithLineAndColumn) {
  EXPECT_THAT(Refusal("workers = 7\nworkers = 8\n"), StartsWith("2:"));
  EXPECT_THAT(Refusal("\nworkers = \n"), StartsWith("2:"));
  EXPECT_THAT(Refusal("data = \"\xff\"\n"), StartsWith("1:"));
  EXPECT_THAT(Refusal("\n\nworkrs = 7\n"), StartsWith("3:1: workrs is no setting of orderd"));
  EXPECT_THAT(Refusal("listen = \"127.0.0.1:1\"\n"),
              StartsWith("1:1: listen is no setting of orderd"));
  EXPECT_THAT(Refusal("workers = 0\n"), StartsWith("1:1: workers takes a whole number"));
  EXPECT_THAT(Refusal("workers = \"many\"\n"), StartsWith("1:1: workers takes a whole number"));
  EXPECT_THAT(Refusal("workers = 1.5\n"), StartsWith("1:11: workers takes a text in quotes"));
  EXPECT_THAT(Refusal("http-hosts = [1]\n"), StartsWith("1:14: http-hosts takes"));
  EXPECT_THAT(Refusal("[server]\nworkers = 7\n"), StartsWith("1:"));
  EXPECT_THAT(Refusal("accept-truncation = 7\n"),
              StartsWith("1:1: accept-truncation stands in no file"));
  EXPECT_THAT(Refusal("config = \"other.toml\"\n"), HasSubstr("config stands in no file"));
}

// Durations and sizes: a number without a unit is no time, and nothing is guessed.
TEST_F(ConfigFile, RefusesTimesAndSizesThatSayTooLittleOrTooMuch) {
  for (const char* time : {"5", "5x", "-1s", "1e9h", ""}) {
    EXPECT_THAT(Refusal(absl::StrCat("drain-max = \"", time, "\"\n")), HasSubstr("takes a time"))
        << time;
  }
  for (const char* size : {"1.5GiB", "-1", "99999TiB", "5x"}) {
    EXPECT_THAT(Refusal(absl::StrCat("grpc-memory = \"", size, "\"\n")), HasSubstr("takes a size"))
        << size;
  }
}

TEST_F(ConfigFile, LimitsThatContradictEachOtherAreRefused) {
  EXPECT_THAT(Refusal("deadline-default = \"20s\"\ndeadline-max = \"10s\"\n"),
              HasSubstr("deadline-default must not be above deadline-max"));
}

TEST_F(ConfigFile, AFileThatCannotBeReadIsRefusedByItsName) {
  EXPECT_TRUE(absl::IsFailedPrecondition(Resolve().status()));  // There is none.
  Given(std::string(2 << 20, '#'));
  EXPECT_THAT(std::string(Resolve().status().message()), HasSubstr("has more than"));
  path_ = path_.substr(0, path_.rfind('/'));
  EXPECT_THAT(std::string(Resolve().status().message()), HasSubstr("is no file"));
}

TEST_F(ConfigFile, APasswordIsNotForEveryone) {
  Given("store = \"esdb://user:secret@localhost:2113\"\n", 0644);
  const absl::Status refused = Resolve().status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("chmod o-r"));
  EXPECT_THAT(std::string(refused.message()), ::testing::Not(HasSubstr("secret")));
  Given("store = \"esdb://user:secret@localhost:2113\"\n", 0640);
  EXPECT_TRUE(Resolve().ok());
}

// Every setting is in it, and taking each # away changes nothing.
TEST_F(ConfigFile, TheAnnotatedOneIsReadAgainAndSetsTheDefaults) {
  for (const Command command : {Command::kServe, Command::kStore}) {
    std::string text = AnnotatedConfig(command);
    for (const SettingRow& row : SettingRows()) {
      if (!row.IsOf(command) || row.may_stand_in != MayStandIn::kAll) continue;
      const std::string line = absl::StrCat("\n#", row.name, " = ");
      const std::size_t found = text.find(line);
      ASSERT_NE(found, std::string::npos) << row.name;
      text.erase(found + 1, 1);
    }
    Given(text);
    const ResolvedSettings resolved =
        Resolved(command == Command::kStore ? std::vector<std::string>{"store"}
                                            : std::vector<std::string>{});
    EXPECT_EQ(resolved.settings.workers, Settings().workers);
    EXPECT_EQ(resolved.settings.drain_max, Settings().drain_max);
    EXPECT_EQ(resolved.sources.at("data"), SettingSource::kFile);
  }
}

TEST(PrintConfig, IsOfTheCommandThatItIsAskedOf) {
  const auto printed = ResolveSettings({"store", "--print-config"},
                                       [](const std::string&) -> const char* { return nullptr; });
  ASSERT_TRUE(printed.ok()) << printed.status();
  EXPECT_EQ(std::get<PrintAndExit>(*printed).text, AnnotatedConfig(Command::kStore));
}

}  // namespace
}  // namespace orders::infrastructure
