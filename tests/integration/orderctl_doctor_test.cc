// orderctl doctor, against a service that is well and what may be wrong around it.

#include <fstream>
#include <set>

#include "gmock/gmock.h"

#include "tests/integration/orderctl_test.h"

namespace orders {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using testing_support::Json;
using testing_support::OrderctlResult;
using testing_support::OrderctlTest;
using testing_support::ScratchFolder;
using testing_support::Words;

class OrderctlDoctor : public OrderctlTest {
 protected:
  static OrderctlResult Examine(Words words) {
    words.insert(words.begin(),
                 {"doctor", "--orderd", testing_support::OrderdPath(), "-o", "json"});
    return Run(words);
  }
  /// Those of that grade, by what they are about.
  static std::set<std::string> Subjects(const OrderctlResult& result, const std::string& grade) {
    std::set<std::string> subjects;
    for (const Json& finding : Json::parse(result.out)) {
      if (finding["grade"] != grade) continue;
      subjects.insert(finding["subject"].get<std::string>());
      EXPECT_EQ(finding["advice"] == "", grade == "good") << finding;
    }
    return subjects;
  }

  ScratchFolder scratch_;
};

TEST_F(OrderctlDoctor, FindsNoFaultWithAServiceThatIsWell) {
  const OrderctlResult result = Examine({"--data", scratch_.Path("later")});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(Subjects(result, "good"),
              IsSupersetOf({"settings", "data", "service", "store", "read model orders"}));
  EXPECT_TRUE(Subjects(result, "fault").empty()) << result.out;
}

TEST_F(OrderctlDoctor, SaysWhatIsWrongWithTheSettingsAndWhere) {
  const std::string config = scratch_.Path("orderd.toml");
  std::ofstream(config) << "workers = 7\ndrain-max = \"soon\"\n";
  const OrderctlResult result = Examine({"--data", scratch_.Path("data"), "--config", config});
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_EQ(Subjects(result, "fault"), std::set<std::string>{"settings"});
  EXPECT_THAT(result.out, HasSubstr("orderd.toml:2:1: drain-max takes a time"));
}

TEST_F(OrderctlDoctor, SaysThatTheDataIsNoFolder) {
  std::ofstream(scratch_.Path("file")) << "no folder";
  const OrderctlResult result = Examine({"--data", scratch_.Path("file")});
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_EQ(Subjects(result, "fault"), std::set<std::string>{"data"});
}

TEST_F(OrderctlDoctor, SaysThatNobodyAnswers) {
  const OrderctlResult result =
      Examine({"--data", scratch_.Path("data"), "--server", "127.0.0.1:1", "--timeout", "2s"});
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_EQ(Subjects(result, "fault"), std::set<std::string>{"service"});
  EXPECT_THAT(result.out, HasSubstr("start orderd"));
}

TEST_F(OrderctlDoctor, IsReadByPeopleToo) {
  const OrderctlResult result =
      Run({"doctor", "--orderd", "no-such-program", "--data", scratch_.Path("data")});
  EXPECT_EQ(result.exit_code, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("advice  settings: no-such-program was not run"));
  EXPECT_THAT(result.out, HasSubstr("-> name the program with --orderd"));
}

}  // namespace
}  // namespace orders
