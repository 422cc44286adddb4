// All orders' events out of one service and into another, and a running service's folder copied:
// the real orderctl and the real orderd, on the embedded store and on our node over the wire.

#include <csignal>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/integration/orderctl_process.h"
#include "tests/support/orderd_process.h"

namespace orders::testing_support {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;
using Lines = std::vector<std::string>;
using Words = std::vector<std::string>;

class Transfer : public ::testing::Test {
 protected:
  std::unique_ptr<OrderdProcess> Start(const std::string& name, const Words& arguments = {}) {
    auto started = OrderdProcess::Start({.data = scratch_.Path(name), .arguments = arguments});
    EXPECT_TRUE(started.ok()) << started.status();
    return started.ok() ? *std::move(started) : nullptr;
  }
  static OrderctlResult Run(const OrderdProcess& service, const Words& words) {
    return RunOrderctl(words, {{"ORDERS_SERVER", service.address()}});
  }
  /// Its output; the command must succeed.
  static std::string Do(const OrderdProcess& service, const Words& words) {
    const OrderctlResult result = Run(service, words);
    EXPECT_EQ(result.exit_code, 0) << absl::StrJoin(words, " ") << "\n" << result.err;
    return result.out;
  }
  static void Shop(const OrderdProcess& service) { Do(service, {"demo", "--orders", "12"}); }
  std::string File(const std::string& name, const std::string& text) {
    WriteWholeFile(scratch_.Path(name), text);
    return scratch_.Path(name);
  }
  static Lines LinesOf(const std::string& text) {
    Lines lines = absl::StrSplit(text, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
  }
  static std::string TextOf(const Lines& lines) {
    return lines.empty() ? "" : absl::StrJoin(lines, "\n") + "\n";
  }
  /// Waits until the service answers and all its read models have caught up with the log.
  static void AwaitServing(const OrderdProcess& service) {
    std::string health;
    for (int i = 0; i < 300; ++i) {
      health = Run(service, {"health", "-o", "json"}).out;
      if (absl::StrContains(health, "HEALTH_STATE_SERVING")) return;
      absl::SleepFor(absl::Milliseconds(100));
    }
    FAIL() << "the service does not serve: " << health;
  }
  static std::uint64_t GenerationOf(const OrderdProcess& service) {
    const Json health = Json::parse(Do(service, {"health", "-o", "json"}));
    return std::stoull(health["store"]["generation"].get<std::string>());
  }
  /// What depends on which store answers, and on when.
  static Json WithoutTokens(const Json& value) {
    static const std::set<std::string> kOfTheStore = {"freshness", "position_token",
                                                      "next_page_token"};
    Json left = value;
    if (value.is_object()) {
      left = Json::object();
      for (const auto& [key, member] : value.items()) {
        if (!kOfTheStore.contains(key)) left[key] = WithoutTokens(member);
      }
    } else if (value.is_array()) {
      for (Json& element : left) element = WithoutTokens(element);
    }
    return left;
  }
  /// Every answer of every query about what stands in `exported`.
  static Json AnswersAbout(const OrderdProcess& service, const Lines& exported) {
    std::set<std::string> orders;
    std::set<std::string> customers;
    for (const std::string& line : exported) {
      const Json event = Json::parse(line);
      orders.insert(event["stream"].get<std::string>().substr(6));
      if (event["type"] == "OrderCreated") {
        customers.insert(event["data"]["customerId"].get<std::string>());
      }
    }
    std::vector<Words> questions = {{"list", "--page-size", "500"},
                                    {"list", "--page-size", "500", "--order-by", "total desc"},
                                    {"sales", "--by", "sku", "--page-size", "500"},
                                    {"sales", "--by", "day", "--page-size", "500"},
                                    {"work", "to-ship", "--page-size", "500"}};
    for (const std::string& order : orders) {
      questions.push_back({"get", order});
      questions.push_back({"get", order, "--as-of-revision", "1"});
      questions.push_back({"history", order, "--page-size", "500"});
    }
    for (const std::string& customer : customers) questions.push_back({"customer", customer});
    Json answers;
    for (Words& words : questions) {
      const std::string question = absl::StrJoin(words, " ");
      words.insert(words.end(), {"-o", "json"});
      answers[question] = WithoutTokens(Json::parse(Do(service, words), nullptr, false));
    }
    return answers;
  }

  ScratchFolder scratch_;
};

TEST_F(Transfer, AnImportedStoreAnswersEveryQueryAsTheOriginalDoes) {
  const auto original = Start("original");
  ASSERT_NE(original, nullptr);
  Shop(*original);
  const std::string exported = Do(*original, {"export"});
  const Lines lines = LinesOf(exported);
  ASSERT_GT(lines.size(), 50U);

  const auto copy = Start("copy");
  ASSERT_NE(copy, nullptr);
  const std::string file = File("events.ndjson", exported);
  EXPECT_THAT(Do(*copy, {"import", file, "--dry-run"}), HasSubstr("nothing was written"));
  EXPECT_EQ(Do(*copy, {"export"}), "");
  Do(*copy, {"import", file});
  AwaitServing(*copy);

  EXPECT_EQ(Do(*copy, {"export"}), exported);
  EXPECT_EQ(AnswersAbout(*copy, lines), AnswersAbout(*original, lines));
  Do(*copy, {"verify"});
  // And it is a store like any other from here on.
  Do(*copy, {"create", "--order", "after", "--customer", "c-9", "--currency", "EUR"});
  EXPECT_EQ(LinesOf(Do(*copy, {"export"})).size(), lines.size() + 1);
}

TEST_F(Transfer, AfterAnImportTheTokensOfBeforeAreRefused) {
  const auto original = Start("original");
  ASSERT_NE(original, nullptr);
  Shop(*original);
  const std::string file = File("events.ndjson", Do(*original, {"export"}));
  const auto copy = Start("copy");
  ASSERT_NE(copy, nullptr);
  const Json before = Json::parse(Do(*copy, {"list", "-o", "json"}));
  const std::string token = before["freshness"]["position_token"];
  const std::uint64_t generation = GenerationOf(*copy);

  Do(*copy, {"import", file});
  AwaitServing(*copy);

  EXPECT_EQ(GenerationOf(*copy), generation + 1);
  const OrderctlResult late = Run(*copy, {"list", "--min-position", token});
  EXPECT_THAT(late.err, HasSubstr("STORE_CHANGED"));
}

TEST_F(Transfer, ThereAndBackOverTheWireTheExportsAreTheSame) {
  const auto original = Start("original");
  ASSERT_NE(original, nullptr);
  Shop(*original);
  const std::string exported = Do(*original, {"export"});
  const std::string file = File("events.ndjson", exported);

  auto node = OrderdProcess::Start({.store_alone = true, .data = scratch_.Path("node")});
  ASSERT_TRUE(node.ok()) << node.status();
  const auto server =
      Start("server", {"--store", absl::StrCat("esdb://", (*node)->address(), "?tls=false")});
  ASSERT_NE(server, nullptr);
  Do(*server, {"import", file});
  AwaitServing(*server);
  EXPECT_EQ(GenerationOf(*server), 2U);
  EXPECT_EQ(Do(*server, {"export"}), exported);
  EXPECT_EQ(AnswersAbout(*server, LinesOf(exported)), AnswersAbout(*original, LinesOf(exported)));

  const auto back = Start("back");
  ASSERT_NE(back, nullptr);
  Do(*back, {"import", File("back.ndjson", Do(*server, {"export"}))});
  AwaitServing(*back);
  EXPECT_EQ(Do(*back, {"export"}), exported);
}

TEST_F(Transfer, AnImportThatWasCutOffIsBegunAgainAndWritesTheRest) {
  const auto original = Start("original");
  ASSERT_NE(original, nullptr);
  Shop(*original);
  const std::string exported = Do(*original, {"export"});
  const Lines lines = LinesOf(exported);
  const Lines half(lines.begin(), lines.begin() + static_cast<long>(lines.size() / 2));

  const auto copy = Start("copy");
  ASSERT_NE(copy, nullptr);
  const std::string torn = TextOf(half) + lines[half.size()].substr(0, 40);
  const OrderctlResult cut = Run(*copy, {"import", File("torn.ndjson", torn)});
  EXPECT_EQ(cut.exit_code, 65) << cut.err;
  EXPECT_THAT(cut.err, HasSubstr(absl::StrCat("line ", half.size() + 1)));
  EXPECT_EQ(Do(*copy, {"export"}), TextOf(half));
  const OrderctlResult command =
      Run(*copy, {"create", "--order", "x", "--customer", "c", "--currency", "EUR"});
  EXPECT_THAT(command.err, HasSubstr("IMPORT_RUNNING"));

  EXPECT_THAT(Do(*copy, {"import", File("events.ndjson", exported)}),
              HasSubstr(absl::StrCat(lines.size() - half.size(), " of them new")));
  AwaitServing(*copy);
  EXPECT_EQ(Do(*copy, {"export"}), exported);
  EXPECT_THAT(Do(*copy, {"import", File("events.ndjson", exported)}), HasSubstr("0 of them new"));
}

TEST_F(Transfer, LinesThatAreNotWhatWasExportedAreRefusedByNumber) {
  const auto original = Start("original");
  ASSERT_NE(original, nullptr);
  Shop(*original);
  const Lines good = LinesOf(Do(*original, {"export"}));
  const auto copy = Start("copy");
  ASSERT_NE(copy, nullptr);
  const auto refused = [&](const Lines& lines, const std::string& says) {
    const std::string file = File("bad.ndjson", TextOf(lines));
    for (const Words& words : {Words{"import", file, "--dry-run"}, Words{"import", file}}) {
      const OrderctlResult result = Run(*copy, words);
      EXPECT_EQ(result.exit_code, 65) << says << "\n" << result.out << result.err;
      EXPECT_THAT(result.err, HasSubstr(says));
    }
  };
  const auto with = [&](std::size_t index, const std::string& from, const std::string& to) {
    Lines lines = good;
    lines[index] = absl::StrReplaceAll(lines[index], {{from, to}});
    EXPECT_NE(lines[index], good[index]);
    return lines;
  };

  refused(with(0, "\"type\":\"OrderCreated\"", "\"type\":\"OrderMade\""), "line 1: type");
  refused(with(0, "\"revision\":0", "\"revision\":1"), "line 1: ");
  refused(with(0, "\"revision\":0", "\"revision\":-1"), "line 1: revision");
  refused(with(0, "\"stream\":\"order-", "\"stream\":\"other-"), "line 1: stream");
  refused(with(0, "\"id\":\"", "\"id\":\"z"), "line 1: id");
  refused(with(0, "\"created\":\"2", "\"created\":\"x"), "line 1: created");
  refused(with(0, "\"metadata\":", "\"metadatum\":"), "line 1: metadata");
  refused(with(0, "{\"stream\"", "{\"extra\":1,\"stream\""), "line 1: extra");
  refused(with(0, "\"customerId\":", "\"customer\":"), "customerId");
  refused(with(2, "{", "["), "line 3: ");
  EXPECT_EQ(LinesOf(Do(*copy, {"export"})).size(), 2U);  // Those before the last of these.

  Lines twice = good;
  twice.insert(twice.begin() + 1, good[0]);
  refused(twice, "line 2: ");
  Lines missing = good;
  missing.erase(missing.begin());
  const OrderctlResult gap =
      Run(*copy, {"import", File("gap.ndjson", TextOf(missing)), "--dry-run"});
  EXPECT_NE(gap.exit_code, 0) << gap.out;
  EXPECT_THAT(gap.err, HasSubstr("line "));
}

TEST_F(Transfer, AStoreWithOtherOrdersIsLeftAsItIs) {
  const auto original = Start("original");
  ASSERT_NE(original, nullptr);
  Shop(*original);
  const std::string file = File("events.ndjson", Do(*original, {"export"}));
  const auto other = Start("other");
  ASSERT_NE(other, nullptr);
  Do(*other, {"create", "--order", "mine", "--customer", "c-1", "--currency", "EUR"});
  const std::string before = Do(*other, {"export"});
  const OrderctlResult refused = Run(*other, {"import", file});
  EXPECT_EQ(refused.exit_code, 1) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("IMPORT_CONFLICT"));
  EXPECT_THAT(refused.err, HasSubstr("line 1"));
  EXPECT_EQ(Do(*other, {"export"}), before);
  // Nothing was left behind, so commands go on.
  Do(*other, {"create", "--order", "more", "--customer", "c-1", "--currency", "EUR"});
}

TEST_F(Transfer, AnExportIntoAFileAppearsWhole) {
  const auto original = Start("original");
  ASSERT_NE(original, nullptr);
  Shop(*original);
  const std::string path = scratch_.Path("out.ndjson");
  Do(*original, {"export", "--file", path});
  EXPECT_EQ(ReadWholeFile(path), Do(*original, {"export"}));
  EXPECT_FALSE(std::filesystem::exists(path + ".partial"));
}

TEST_F(Transfer, ABackupIsAStoreOfTheSameOrdersAndOfANewGeneration) {
  const auto original = Start("original");
  ASSERT_NE(original, nullptr);
  Shop(*original);
  const std::string exported = Do(*original, {"export"});
  const std::string folder = scratch_.Path("backup");
  Do(*original, {"backup", folder});
  const OrderctlResult again = Run(*original, {"backup", folder});
  EXPECT_EQ(again.exit_code, 1) << again.err;
  EXPECT_THAT(again.err, HasSubstr("not empty"));
  EXPECT_EQ(Run(*original, {"backup", "relative"}).exit_code, 65);
  Do(*original, {"create", "--order", "later", "--customer", "c-1", "--currency", "EUR"});

  const auto restored = Start("backup");
  ASSERT_NE(restored, nullptr);
  AwaitServing(*restored);
  Do(*restored, {"verify"});
  EXPECT_EQ(Do(*restored, {"export"}), exported);
  EXPECT_EQ(GenerationOf(*restored), GenerationOf(*original) + 1);
  EXPECT_EQ(Run(*restored, {"get", "later"}).exit_code, 66);
}

TEST_F(Transfer, ABackupThatWasCutOffByAKillIsNoStore) {
  int refused = 0;
  for (int i = 0; i < 4; ++i) {
    const auto service = Start(absl::StrCat("run-", i));
    ASSERT_NE(service, nullptr);
    Shop(*service);
    const std::string folder = scratch_.Path(absl::StrCat("cut-", i));
    OrderctlProcess backup({"backup", folder}, {{"ORDERS_SERVER", service->address()}});
    // The mark is the first thing that is made in the folder, and the last that goes.
    for (int wait = 0; wait < 20'000 && !std::filesystem::exists(folder + "/backup-unfinished");
         ++wait) {
      absl::SleepFor(absl::Microseconds(50));
    }
    absl::SleepFor(absl::Microseconds(400) * i);
    service->KillNow();
    if (!std::filesystem::exists(folder + "/backup-unfinished")) continue;
    const ProcessEnd end = RunOrderd(ServeArguments(folder), absl::Seconds(30));
    EXPECT_EQ(end.exit_code, 78) << end.err;
    EXPECT_THAT(end.err, HasSubstr("cut off"));
    ++refused;
  }
  EXPECT_GT(refused, 0) << "no kill came during a backup";
}

TEST_F(Transfer, ABackupOfAServersStoreIsRefused) {
  auto node = OrderdProcess::Start({.store_alone = true, .data = scratch_.Path("node")});
  ASSERT_TRUE(node.ok()) << node.status();
  const auto server =
      Start("server", {"--store", absl::StrCat("esdb://", (*node)->address(), "?tls=false")});
  ASSERT_NE(server, nullptr);
  const OrderctlResult refused = Run(*server, {"backup", scratch_.Path("backup")});
  EXPECT_EQ(refused.exit_code, 1) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("backups of its own"));
}

TEST_F(Transfer, ADiffNamesWhatChangedBetweenTwoRevisions) {
  const auto service = Start("original");
  ASSERT_NE(service, nullptr);
  Do(*service, {"create", "--order", "d-1", "--customer", "c-1", "--currency", "EUR"});
  Do(*service, {"set-note", "d-1", "--note", "first"});
  Do(*service, {"set-note", "d-1", "--note", "second"});
  EXPECT_EQ(Do(*service, {"diff", "d-1", "--from", "1", "--to", "2"}), "note: first -> second\n");
  EXPECT_EQ(Do(*service, {"diff", "d-1", "--from", "0", "--to", "1"}), "note: - -> first\n");
  EXPECT_EQ(Do(*service, {"diff", "d-1", "--from", "2", "--to", "2"}), "");
  EXPECT_EQ(Run(*service, {"diff", "d-1", "--from", "0", "--to", "9"}).exit_code, 66);
}

}  // namespace
}  // namespace orders::testing_support
