#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/architecture/source_rules.h"

namespace orders::architecture {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Rule = std::function<std::vector<std::string>(const SourceFile&)>;

std::string BrokenBy(const Rule& rule) {
  std::string all;
  for (const SourceFile& file : ReadSources(ORDERS_SOURCE_DIR)) {
    for (const std::string& each : rule(file)) all += each + "\n";
  }
  return all;
}

SourceFile Including(const std::string& path, const std::string& include) {
  return {.path = path, .text = "#include " + include + "\n"};
}

TEST(TheRepository, IsRead) {
  const std::vector<SourceFile> files = ReadSources(ORDERS_SOURCE_DIR);
  for (const char* const folder : {"domain/", "application/", "infrastructure/", "tests/"}) {
    EXPECT_TRUE(std::any_of(files.begin(), files.end(), [&](const SourceFile& file) {
      return file.path.starts_with(folder) && !file.text.empty();
    })) << folder;
  }
}
TEST(TheRepository, HasIncludesThatPointInwards) { EXPECT_EQ(BrokenBy(WrongIncludes), ""); }
TEST(TheRepository, HasPragmaOnceInEveryHeader) { EXPECT_EQ(BrokenBy(MissingPragmaOnce), ""); }
TEST(TheRepository, HasNoOverlongFile) { EXPECT_EQ(BrokenBy(TooLong), ""); }
TEST(TheRepository, DefinesEachTypeOnce) {
  EXPECT_THAT(RepeatedTypes(ReadSources(ORDERS_SOURCE_DIR)), IsEmpty());
}
TEST(TheRepository, HasACoreWithoutClockOrChance) { EXPECT_EQ(BrokenBy(Nondeterminism), ""); }

// The rules themselves, on made-up files: each must be able to fail.

struct IncludeCase {
  std::string path;
  std::string include;
};
class RefusedInclude : public testing::TestWithParam<IncludeCase> {};
TEST_P(RefusedInclude, IsFound) {
  EXPECT_THAT(WrongIncludes(Including(GetParam().path, GetParam().include)), SizeIs(1));
}
INSTANTIATE_TEST_SUITE_P(
    Rules, RefusedInclude,
    testing::Values(
        IncludeCase{"domain/order/order.cc", R"("application/call_context.h")"},
        IncludeCase{"domain/order/order.cc", R"("infrastructure/journal/event_codec.h")"},
        IncludeCase{"domain/order/order.cc", "<sqlite3.h>"},
        IncludeCase{"domain/order/order.h", "<nlohmann/json.hpp>"},
        IncludeCase{"domain/order/order.h", "<unistd.h>"},
        IncludeCase{"application/commands/order_cache.cc", R"("infrastructure/sqlite/database.h")"},
        IncludeCase{"application/commands/order_cache.cc", R"("api/host/host.h")"},
        IncludeCase{"application/commands/order_cache.cc", R"("eventstoredb/event_store.h")"},
        IncludeCase{"application/commands/order_cache.cc", R"("event_store/client/streams.pb.h")"},
        IncludeCase{"application/queries/freshness.cc", "<grpcpp/grpcpp.h>"},
        IncludeCase{"application/queries/freshness.cc", "<openssl/sha.h>"},
        IncludeCase{"application/queries/freshness.cc", R"("tests/support/fake_clock.h")"},
        IncludeCase{"infrastructure/node/log.cc", R"("domain/order/ids.h")"},
        IncludeCase{"infrastructure/node/log.cc", R"("application/log_position.h")"},
        IncludeCase{"infrastructure/node/log.cc", R"("infrastructure/journal/order_journal.h")"},
        IncludeCase{"infrastructure/eventstoredb/event_store.cc", R"("domain/order/ids.h")"},
        IncludeCase{"infrastructure/eventstoredb/event_store.cc",
                    R"("infrastructure/sqlite/database.h")"},
        IncludeCase{"infrastructure/sqlite/database.cc", R"("eventstoredb/uuid.h")"},
        IncludeCase{"infrastructure/journal/order_journal.cc", R"("api/host/host.h")"},
        IncludeCase{"infrastructure/journal/order_journal.cc", R"("orders/v1/types.pb.h")"},
        IncludeCase{"infrastructure/journal/order_journal.cc",
                    R"("event_store/client/shared.pb.h")"},
        IncludeCase{"infrastructure/sqlite/database.cc", R"("event_store/client/shared.pb.h")"},
        IncludeCase{"api/calls/order_command_calls.cc",
                    R"("infrastructure/journal/order_journal.h")"},
        IncludeCase{"api/calls/order_command_calls.cc", R"("eventstoredb/event_store.h")"},
        IncludeCase{"api/calls/order_command_calls.cc",
                    R"("event_store/client/streams.grpc.pb.h")"},
        IncludeCase{"api/orderd_main.cc", R"("event_store/client/streams.grpc.pb.h")"},
        IncludeCase{"api/runtime/order_lanes.cc", R"("infrastructure/sqlite/database.h")"},
        IncludeCase{"api/grpc/grpc_server.h", R"("infrastructure/sqlite/database.h")"},
        IncludeCase{"api/orderctl/main.cc", R"("infrastructure/config/settings.h")"},
        IncludeCase{"api/orderctl/main.cc", R"("api/calls/command_mapping.h")"},
        IncludeCase{"api/orderctl/main.cc", R"("event_store/client/streams.grpc.pb.h")"},
        IncludeCase{"api/orderctl/main.cc", R"(  "application/call_context.h"  // why)"}));

class AllowedInclude : public testing::TestWithParam<IncludeCase> {};
TEST_P(AllowedInclude, Passes) {
  EXPECT_THAT(WrongIncludes(Including(GetParam().path, GetParam().include)), IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(
    Rules, AllowedInclude,
    testing::Values(
        IncludeCase{"domain/order/order.cc", "<vector>"},
        IncludeCase{"domain/order/order.cc", R"("absl/status/status.h")"},
        IncludeCase{"domain/order/order.cc", R"("domain/order/ids.h")"},
        IncludeCase{"application/recorded_event.h", R"("domain/order/events.h")"},
        IncludeCase{"infrastructure/node/log.cc", R"("infrastructure/sqlite/database.h")"},
        IncludeCase{"infrastructure/node/log.cc", "<sys/stat.h>"},
        IncludeCase{"infrastructure/node/grpc/streams.h",
                    R"("event_store/client/streams.grpc.pb.h")"},
        IncludeCase{"infrastructure/eventstoredb/client/client.cc",
                    R"("event_store/client/streams.grpc.pb.h")"},
        IncludeCase{"api/host/host.cc", R"("event_store/client/streams.grpc.pb.h")"},
        IncludeCase{"infrastructure/journal/event_codec.cc", "<simdjson.h>"},
        IncludeCase{"infrastructure/journal/event_codec.cc", R"("application/recorded_event.h")"},
        IncludeCase{"api/calls/command_mapping.cc", R"("orders/v1/commands.pb.h")"},
        IncludeCase{"api/host/host.cc", R"("infrastructure/journal/order_journal.h")"},
        IncludeCase{"tests/contract/store_test.cc", R"("infrastructure/node/log.h")"}));

TEST(Includes, AreNamedByFileAndLine) {
  const SourceFile file{.path = "domain/a.cc", .text = "\n#  include \"api/host/host.h\"\n"};
  EXPECT_THAT(WrongIncludes(file), ElementsAre(HasSubstr("domain/a.cc:2:")));
}

TEST(PragmaOnce, IsMissedInAHeaderWithGuards) {
  const SourceFile file{.path = "domain/a.h", .text = "#ifndef A_H\n#define A_H\n#endif\n"};
  EXPECT_THAT(MissingPragmaOnce(file), SizeIs(1));
}
TEST(PragmaOnce, IsMissedWhereItStandsInACommentOrBelow) {
  EXPECT_THAT(MissingPragmaOnce({.path = "domain/a.h", .text = "// #pragma once\nint a;\n"}),
              SizeIs(1));
  EXPECT_THAT(MissingPragmaOnce({.path = "domain/a.h", .text = "int a;\n#pragma once\n"}),
              SizeIs(1));
  EXPECT_THAT(MissingPragmaOnce({.path = "domain/a.h", .text = ""}), SizeIs(1));
}
TEST(PragmaOnce, MayFollowAComment) {
  EXPECT_THAT(MissingPragmaOnce({.path = "domain/a.h", .text = "// What.\n\n#pragma once\n"}),
              IsEmpty());
  EXPECT_THAT(MissingPragmaOnce({.path = "domain/a.cc", .text = "int a;\n"}), IsEmpty());
}

TEST(Types, OfOneNameAreFoundInTwoFiles) {
  const SourceFile one{.path = "a.h", .text = "namespace a::b {\nstruct Info { int x; };\n}\n"};
  const auto found = [&](const std::string& text) {
    return RepeatedTypes({one, {.path = "b.h", .text = text}});
  };
  for (const char* const text :
       {"namespace a::b { class Info final : public Other { }; }",
        "namespace a { namespace b {\nenum class Info { kOne };\n}}",
        "namespace a::b { void F() { if (true) { } } struct Info { }; }"}) {
    EXPECT_THAT(found(text), ElementsAre("b.h: a::b::Info is another type in a.h")) << text;
  }
  for (const char* const text :
       {"namespace a { struct Info { }; }", "namespace a::b { struct Info; class Info* F(); }",
        "namespace a::b { namespace { struct Info { }; } }",
        "namespace a::b { class Outer { struct Info { }; }; }",
        "namespace a::b { // struct Info { };\n }", "namespace a::b { class Outer::Info { }; }",
        "namespace a::b { void F() { struct Info { }; } }"}) {
    EXPECT_THAT(found(text), IsEmpty()) << text;
  }
}

TEST(Length, IsBounded) {
  EXPECT_THAT(TooLong({.path = "api/a.cc", .text = std::string(kLinesMax, '\n')}), IsEmpty());
  EXPECT_THAT(TooLong({.path = "api/a.cc", .text = std::string(kLinesMax + 1, '\n')}), SizeIs(1));
}

class Chance : public testing::TestWithParam<std::string> {};
TEST_P(Chance, IsFoundInTheCoreOnly) {
  EXPECT_THAT(Nondeterminism({.path = "domain/a.cc", .text = GetParam()}), SizeIs(1));
  EXPECT_THAT(Nondeterminism({.path = "application/a.h", .text = GetParam()}), SizeIs(1));
  EXPECT_THAT(Nondeterminism({.path = "infrastructure/a.cc", .text = GetParam()}), IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(
    Rules, Chance,
    testing::Values("auto t = std::chrono::system_clock::now();",
                    "auto t = std::chrono::steady_clock::now();", "order.time = absl::Now();",
                    "int x = rand();", "int x = std::rand ();", "std::random_device d;",
                    "std::mt19937_64 g(1);", "absl::BitGen gen;",
                    "absl::SleepFor(absl::Seconds(1));", "std::this_thread::sleep_for(delay);",
                    "sleep(1);", "auto t = time(nullptr);", "auto s = getenv(\"HOME\");",
                    "auto c = 'x'; int x = rand();", "auto n = 1'000'000; int x = rand();"));

class NoChance : public testing::TestWithParam<std::string> {};
TEST_P(NoChance, Passes) {
  EXPECT_THAT(Nondeterminism({.path = "domain/a.cc", .text = GetParam()}), IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(Rules, NoChance,
                         testing::Values("ports_.clock.Now();", "scheduler_.Sleep(delay);",
                                         "event.time();", "absl::Time create_time;",
                                         "// absl::Now() is not asked.", "/* rand() */ int a;",
                                         "Fail(\"no sleep(1)\");", "int operand(int);",
                                         "auto t = R\"(rand())\";"));

}  // namespace
}  // namespace orders::architecture
