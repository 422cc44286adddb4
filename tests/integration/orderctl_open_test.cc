// The web page from the command line. The browser is a script that notes what it was told.
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/integration/orderctl_test.h"
#include "tests/support/http_client.h"

namespace orders {
namespace {

using ::testing::HasSubstr;
using testing_support::CallHttp;
using testing_support::OrderctlResult;
using testing_support::OrderctlTest;
using testing_support::OrderdProcess;
using testing_support::ReadWholeFile;
using testing_support::RunOrderctl;
using testing_support::ScratchFolder;
using testing_support::WriteWholeFile;

class OrderctlOpen : public OrderctlTest {
 protected:
  void SetUp() override {
    const std::string path = scratch_.Path("browser");
    WriteWholeFile(path, absl::StrCat("#!/bin/sh\nprintf %s \"$*\" > ", told_, "-new && mv ", told_,
                                      "-new ", told_, "\n"));
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    environment_["BROWSER"] = path;
  }
  OrderctlResult Open(std::vector<std::string> words) {
    words.insert(words.begin(), "open");
    return RunOrderctl(words, environment_);
  }
  /// What the browser was told; waits for it.
  std::string Told() const {
    std::string told;
    for (int i = 0; i < 1'500 && told.empty(); ++i) {
      told = ReadWholeFile(told_);
      if (told.empty()) absl::SleepFor(absl::Milliseconds(20));
    }
    return told;
  }
  bool WasStarted() const { return std::filesystem::exists(told_); }

  const ScratchFolder scratch_;
  const std::string told_ = scratch_.Path("told");
  std::map<std::string, std::string> environment_ = {
      {"ORDERS_SERVER", server()}, {"DISPLAY", ""}, {"WAYLAND_DISPLAY", ""}};
};

TEST_F(OrderctlOpen, OnADisplayTheBrowserGetsTheOrdersPage) {
  environment_["DISPLAY"] = ":0";
  const std::string order = Create();
  const OrderctlResult opened = Open({order});
  EXPECT_EQ(opened.exit_code, 0) << opened.err;
  const std::string url = absl::StrCat("http://", http_address(), "/orders/", order);
  EXPECT_EQ(opened.out, url + "\n");
  EXPECT_EQ(Told(), url);
  EXPECT_EQ(CallHttp(http_address(), "GET", "/orders/" + order).status, 200);
}

TEST_F(OrderctlOpen, OnWaylandTheProgramsOwnWordsAreKept) {
  environment_["WAYLAND_DISPLAY"] = "wayland-0";
  environment_["BROWSER"] += " --new-window %s --quiet";
  EXPECT_EQ(Open({}).exit_code, 0);
  EXPECT_EQ(Told(), absl::StrCat("--new-window http://", http_address(), "/ --quiet"));
}

TEST_F(OrderctlOpen, WithoutADisplayTheAddressIsAll) {
  const OrderctlResult opened = Open({});
  EXPECT_EQ(opened.exit_code, 0) << opened.err;
  EXPECT_EQ(opened.out, absl::StrCat("http://", http_address(), "/\n"));
  EXPECT_EQ(opened.err, "");
  EXPECT_FALSE(WasStarted());
}

TEST_F(OrderctlOpen, WithAnAddressTheServiceIsNotAsked) {
  environment_["ORDERS_SERVER"] = "127.0.0.1:1";
  const OrderctlResult opened = Open({"o-1", "--http", "https://orders.example.org"});
  EXPECT_EQ(opened.exit_code, 0) << opened.err;
  EXPECT_EQ(opened.out, "https://orders.example.org/orders/o-1\n");
  EXPECT_EQ(Open({"--http", "orders.example.org"}).exit_code, 64);
  EXPECT_EQ(Open({}).exit_code, 69) << "nobody is there to ask";
}

TEST_F(OrderctlOpen, WithoutABrowserTheAddressIsThereAllTheSame) {
  environment_["DISPLAY"] = ":0";
  environment_["BROWSER"] = scratch_.Path("missing");
  environment_["PATH"] = scratch_.path();
  const OrderctlResult opened = Open({});
  EXPECT_EQ(opened.exit_code, 0);
  EXPECT_EQ(opened.out, absl::StrCat("http://", http_address(), "/\n"));
  EXPECT_THAT(opened.err, HasSubstr("no browser could be started"));
}

TEST_F(OrderctlOpen, OfAServiceWithoutHttpSaysHowToHaveAPage) {
  auto bare = OrderdProcess::Start({});
  ASSERT_TRUE(bare.ok()) << bare.status();
  environment_["ORDERS_SERVER"] = (*bare)->address();
  const OrderctlResult refused = Open({});
  EXPECT_EQ(refused.exit_code, 69);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr("--http-listen"));
}

}  // namespace
}  // namespace orders
