#include "api/orderctl/browser.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orders::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Browser, IsTheFirstThatTheVariableNames) {
  EXPECT_THAT(BrowserCommands("firefox", "http://h/"),
              ElementsAre(ElementsAre("firefox", "http://h/")));
  EXPECT_THAT(
      BrowserCommands("one --new %s:two", "http://h/"),
      ElementsAre(ElementsAre("one", "--new", "http://h/"), ElementsAre("two", "http://h/")));
  EXPECT_THAT(BrowserCommands("app --url=%s", "http://h/"),
              ElementsAre(ElementsAre("app", "--url=http://h/")));
  EXPECT_THAT(BrowserCommands("", "http://h/"), IsEmpty());
  EXPECT_THAT(BrowserCommands(" : ", "http://h/"), IsEmpty());
}

}  // namespace
}  // namespace orders::api
