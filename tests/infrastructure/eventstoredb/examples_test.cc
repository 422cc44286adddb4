#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/eventstoredb/node_fixture.h"

// The programs of infrastructure/eventstoredb/examples do what they say, against a node.
namespace eventstoredb {
namespace {

using testing::HasSubstr;

struct Ran {
  std::string output;
  int status = 0;
};
Ran RunCommand(const std::string& command) {
  Ran ran;
  std::FILE* const pipe = popen(absl::StrCat(command, " 2>&1").c_str(), "r");
  std::array<char, 4'096> chunk;
  while (std::fgets(chunk.data(), chunk.size(), pipe) != nullptr) ran.output += chunk.data();
  ran.status = pclose(pipe);
  return ran;
}

class Examples : public testing_support::NodeFixture {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(StartNode("127.0.0.1:0", /*system_projections=*/true));
  }

  std::string Command(const std::string& program, const std::string& arguments) const {
    return absl::StrCat(EVENTSTOREDB_EXAMPLES_DIR, "/eventstoredb_", program,
                        " 'esdb://127.0.0.1:", node_->port(), "?tls=false' ", arguments);
  }
};

TEST_F(Examples, AppendAndReadBack) {
  const std::string command = Command("append_and_read", "greetings-1");
  const std::string events =
      "0 Greeted {\"whom\":\"Ada\"}\n"
      "1 Greeted {\"whom\":\"Grace\"}\n";
  const Ran first = RunCommand(command);
  EXPECT_EQ(first.output, events);
  EXPECT_EQ(first.status, 0);
  const Ran again = RunCommand(command);
  EXPECT_EQ(again.output, "the stream is at revision 1 already\n" + events);
  EXPECT_EQ(again.status, 0);
}

TEST_F(Examples, SubscribePrintsWhatIsThereThenWhatComes) {
  ASSERT_EQ(RunCommand(Command("append_and_read", "greetings-1")).status, 0);
  Ran subscriber;
  std::thread subscribing([&] { subscriber = RunCommand(Command("subscribe", "Greeted 4")); });
  EXPECT_EQ(RunCommand(Command("append_and_read", "greetings-2")).status, 0);
  subscribing.join();
  EXPECT_EQ(subscriber.status, 0) << subscriber.output;
  EXPECT_THAT(subscriber.output, HasSubstr("greetings-1 Greeted {\"whom\":\"Grace\"}"));
  EXPECT_THAT(subscriber.output, HasSubstr("greetings-2 Greeted {\"whom\":\"Grace\"}"));
}

TEST_F(Examples, CompetingConsumersShareAStream) {
  ASSERT_EQ(RunCommand(Command("append_and_read", "greetings-1")).status, 0);
  const Ran first = RunCommand(Command("competing_consumer", "greetings-1 printers 1"));
  EXPECT_EQ(first.output, "0 Greeted {\"whom\":\"Ada\"}\n");
  EXPECT_EQ(first.status, 0);
  const Ran second = RunCommand(Command("competing_consumer", "greetings-1 printers 1"));
  EXPECT_EQ(second.output, "1 Greeted {\"whom\":\"Grace\"}\n");
  EXPECT_EQ(second.status, 0);
}

TEST_F(Examples, ProjectionsAreListedAndAskedForTheirState) {
  const Ran listed = RunCommand(Command("projections", ""));
  EXPECT_EQ(listed.status, 0);
  EXPECT_THAT(listed.output, HasSubstr("$by_category Running 100%\n"));
  EXPECT_EQ(RunCommand(Command("projections", "'$by_category'")).output, "{}\n");
  const Ran missing = RunCommand(Command("projections", "mine"));
  EXPECT_NE(missing.status, 0);
  EXPECT_THAT(missing.output, HasSubstr("projection mine does not exist"));
}

TEST_F(Examples, SayWhatIsWrongWithTheirArguments) {
  EXPECT_NE(
      RunCommand(absl::StrCat(EVENTSTOREDB_EXAMPLES_DIR, "/eventstoredb_append_and_read")).status,
      0);
  const Ran refused = RunCommand(absl::StrCat(
      EVENTSTOREDB_EXAMPLES_DIR, "/eventstoredb_append_and_read 'http://localhost' s"));
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.output, HasSubstr("esdb://"));
}

}  // namespace
}  // namespace eventstoredb
