#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/integration/orderctl_process.h"
#include "tests/support/orderd_process.h"

namespace orders::testing_support {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

inline constexpr const char* kAddress = "Ada Brown|12 Mill Lane|Berlin|10115|DE";

/// The real orderctl, and one real orderd for all tests of a suite.
class OrderctlTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = OrderdProcess::Start(
        {.data = data_.Path("data"), .arguments = {"--http-listen", "127.0.0.1:0"}});
    ASSERT_TRUE(started.ok()) << started.status();
    orderd_ = *std::move(started);
  }
  static void TearDownTestSuite() { orderd_.reset(); }

  static OrderctlResult Run(const Words& words) {
    return RunOrderctl(words, {{"ORDERS_SERVER", server()}});
  }
  static std::string server() { return orderd_->address(); }
  static std::string http_address() { return orderd_->ReadyWord("http"); }

  /// Runs a command that must succeed; its answer.
  static Json Do(Words words) {
    words.insert(words.end(), {"-o", "json"});
    const OrderctlResult result = Run(words);
    EXPECT_EQ(result.exit_code, 0) << words[0] << ": " << result.err;
    return Json::parse(result.out, nullptr, false);
  }

  static std::string NewOrderId() { return absl::StrCat("ctl-", ++orders_); }

  /// A draft of two lines: EUR 17.80 and EUR 34.50.
  static std::string Create(const std::string& customer = "c-1") {
    const std::string order = NewOrderId();
    Do({"create", "--order", order, "--customer", customer, "--currency", "EUR", "--item",
        "TEA-1:2:890:Assam: 250 g", "--item", "POT-1:1:3450:Pot", "--ship-to", kAddress});
    return order;
  }
  static std::string Confirmed() {
    const std::string order = Create();
    Do({"confirm", order});
    return order;
  }
  static std::string Paid() {
    const std::string order = Confirmed();
    Do({"capture-payment", order, "--payment", "p-1", "--amount", "5230"});
    return order;
  }
  static std::string Delivered() {
    const std::string order = Paid();
    Do({"ship", order, "--shipment", "s-1", "--all"});
    Do({"record-delivery", order, "--shipment", "s-1"});
    return order;
  }

 private:
  static inline ScratchFolder data_;
  static inline std::unique_ptr<OrderdProcess> orderd_;
  static inline int orders_ = 0;
};

inline std::vector<Json> Lines(const std::string& text) {
  std::vector<Json> lines;
  for (const auto line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    lines.push_back(Json::parse(std::string(line)));
  }
  return lines;
}

inline std::size_t CountLines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace orders::testing_support
