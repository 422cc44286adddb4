#include "api/orderctl/filter_text.h"

#include "gtest/gtest.h"

namespace orders::api {
namespace {

TEST(FilterText, OfNoChoicesIsEmpty) { EXPECT_EQ(FilterText(ListChoices{}), ""); }

TEST(FilterText, JoinsChoicesAndTheUsersOwn) {
  ListChoices choices;
  choices.customer_id = "c-1";
  choices.status = "CONFIRMED";
  choices.held = true;
  choices.filter = "total >= 1000";
  EXPECT_EQ(FilterText(choices),
            "customer_id = \"c-1\" AND status = \"CONFIRMED\" AND held = true AND total >= 1000");
}

TEST(FilterText, LetsNoValueSayMoreThanItIs) {
  ListChoices choices;
  choices.customer_id = R"(x" AND held = true AND sku = "\)";
  EXPECT_EQ(FilterText(choices), R"(customer_id = "x\" AND held = true AND sku = \"\\")");
}

}  // namespace
}  // namespace orders::api
