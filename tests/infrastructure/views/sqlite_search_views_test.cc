#include "infrastructure/views/sqlite_search_views.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "application/commands/request_errors.h"
#include "infrastructure/sqlite/database.h"
#include "tests/support/memory_order_log.h"
#include "tests/support/order_histories.h"
#include "tests/support/read_side.h"
#include "tests/support/temp_directory.h"

namespace orders::infrastructure {
namespace {

using application::SearchField;
using application::SearchHit;
using eventstoredb::testing_support::TempDirectory;
using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::MemoryOrderLog;
using testing_support::OrderHistories;
using testing_support::ReadSide;

domain::Line Line(int id, const std::string& sku, const std::string& title) {
  return {.id = {id}, .sku = {sku}, .title = title, .quantity = 1};
}

class SqliteSearchViewsTest : public testing::Test {
 protected:
  void Append(const std::string& order, domain::OrderEvent event) {
    log_.Append({.order_id = {order},
                 .revision = revisions_[order]++,
                 .event = std::move(event),
                 .metadata = {.time = absl::FromUnixSeconds(1'700'000'000)}});
  }
  void Create(const std::string& order, const std::string& customer,
              std::vector<domain::Line> lines, const std::string& note = "") {
    Append(order, domain::OrderCreated{.order_id = {order},
                                       .customer_id = {customer},
                                       .currency = *domain::Currency::Parse("EUR"),
                                       .lines = std::move(lines),
                                       .note = note});
  }
  void Start() {
    side_.emplace(log_, ReadSide::Options{.directory = directory_.path()});
    side_->Start();
    ASSERT_TRUE(side_->WaitUntilCurrent());
  }
  std::vector<std::string> Found(const std::string& query) {
    std::vector<std::string> orders;
    const auto answer = side_->queries().SearchOrders({}, {.query = query});
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok()) return orders;
    for (const SearchHit& hit : answer->hits) orders.push_back(hit.order_id.value);
    return orders;
  }
  std::vector<SearchField> FoundIn(const std::string& query) {
    const auto answer = side_->queries().SearchOrders({}, {.query = query});
    EXPECT_TRUE(answer.ok() && answer->hits.size() == 1) << query;
    return answer.ok() && !answer->hits.empty() ? answer->hits[0].matched
                                                : std::vector<SearchField>();
  }

  const TempDirectory directory_;
  MemoryOrderLog log_;
  std::map<std::string, std::uint64_t> revisions_;
  std::optional<ReadSide> side_;
};

TEST_F(SqliteSearchViewsTest, FindsAnOrderByAnyOfItsTextsAndSaysWhere) {
  Create("web-17", "ada.brown", {Line(1, "TEA-ASSAM-250", "Assam tea, 250 g")}, "Please ring.");
  Append("web-17", domain::ItemsShipped{.tracking_code = "PP-4711"});
  Create("web-18", "bob", {Line(1, "POT", "Glass pot")});
  Start();
  EXPECT_THAT(FoundIn("web-17"), ElementsAre(SearchField::kOrderId));
  EXPECT_THAT(FoundIn("ada.brown"), ElementsAre(SearchField::kCustomerId));
  EXPECT_THAT(FoundIn("TEA-ASSAM-250"), ElementsAre(SearchField::kSku));
  EXPECT_THAT(FoundIn("250"), ElementsAre(SearchField::kSku, SearchField::kTitle));
  EXPECT_THAT(FoundIn("please"), ElementsAre(SearchField::kNote));
  EXPECT_THAT(FoundIn("pp-4711"), ElementsAre(SearchField::kTrackingCode));
  EXPECT_THAT(FoundIn("ring 17"), ElementsAre(SearchField::kOrderId, SearchField::kNote));
}

TEST_F(SqliteSearchViewsTest, WordsMustAllBeFoundBeginningsAndPhrasesAsTheyAre) {
  Create("o1", "c", {Line(1, "A", "Green tea"), Line(2, "B", "Pot of glass")}, "zum Käse");
  Create("o2", "c", {Line(1, "A", "Black tea")});
  Start();
  EXPECT_THAT(Found("tea"), ElementsAre("o2", "o1"));
  EXPECT_THAT(Found("green TEA"), ElementsAre("o1"));
  EXPECT_THAT(Found("tea green"), ElementsAre("o1"));
  EXPECT_THAT(Found("\"green tea\""), ElementsAre("o1"));
  EXPECT_THAT(Found("\"tea green\""), IsEmpty());
  EXPECT_THAT(Found("green black"), IsEmpty());
  EXPECT_THAT(Found("gre*"), ElementsAre("o1"));
  EXPECT_THAT(Found("gre"), IsEmpty());
  EXPECT_THAT(Found("kase"), ElementsAre("o1"));
  EXPECT_THAT(Found("KÄSE"), ElementsAre("o1"));
  // No phrase reaches from one line into the next.
  EXPECT_THAT(Found("\"tea pot\""), IsEmpty());
  EXPECT_THAT(Found("\"of glass\""), ElementsAre("o1"));
}

TEST_F(SqliteSearchViewsTest, NothingThatIsWrittenIsSyntaxOfTheIndex) {
  Create("o1", "c", {Line(1, "A", "tea OR pot"), Line(2, "B", "rock'n'roll")});
  Create("o2", "c", {Line(1, "A", "pot")});
  Start();
  EXPECT_THAT(Found("tea OR pot"), ElementsAre("o1"));
  EXPECT_THAT(Found("NOT pot"), IsEmpty());
  EXPECT_THAT(Found("title:pot"), IsEmpty());
  EXPECT_THAT(Found("(pot)"), ElementsAre("o2", "o1"));
  EXPECT_THAT(Found("{sku}:a"), IsEmpty());
  EXPECT_THAT(Found("^tea"), ElementsAre("o1"));
  EXPECT_THAT(Found("tea NEAR/1"), IsEmpty());
  EXPECT_THAT(Found("rock'n'roll"), ElementsAre("o1"));
  EXPECT_THAT(Found("x'; DROP TABLE documents; --x"), IsEmpty());
  EXPECT_THAT(Found("—"), IsEmpty());
  EXPECT_THAT(Found("pot"), ElementsAre("o2", "o1"));
}

TEST_F(SqliteSearchViewsTest, FollowsChangesBuiltAndLive) {
  Create("o1", "c", {Line(1, "TEA", "tea")}, "first");
  Append("o1", domain::NoteSet{"second"});
  Start();
  EXPECT_THAT(Found("first"), IsEmpty());
  EXPECT_THAT(Found("second"), ElementsAre("o1"));
  Append("o1", domain::NoteSet{"third"});
  Append("o1", domain::ItemAdded{Line(2, "POT", "pot"), 1});
  Append("o1", domain::ItemRemoved{{1}});
  Append("o1", domain::OrderConfirmed{});
  ASSERT_TRUE(side_->WaitUntilCurrent());
  EXPECT_THAT(Found("second"), IsEmpty());
  EXPECT_THAT(Found("tea"), IsEmpty());
  EXPECT_THAT(Found("third pot"), ElementsAre("o1"));
  // Opened again: what is to be taken out of the index comes from the row.
  side_.reset();
  Append("o1", domain::NoteSet{"fourth"});
  Start();
  EXPECT_THAT(Found("third"), IsEmpty());
  EXPECT_THAT(Found("fourth"), ElementsAre("o1"));
  side_.reset();
  auto database = *sqlite::Database::Open({.path = directory_.path() + "/search-v1-g1.db"});
  EXPECT_TRUE(
      database->Execute("INSERT INTO documents(documents) VALUES('integrity-check');").ok());
}

TEST_F(SqliteSearchViewsTest, PagesAreTheNewestFirstWhileNewOnesCome) {
  for (int i = 0; i < 25; ++i) Create(absl::StrCat("o", i), "c", {Line(1, "A", "tea")});
  Start();
  std::vector<std::string> orders;
  application::SearchRequest request{.query = "tea", .page_size = 4};
  int more = 100;
  do {
    const auto page = side_->queries().SearchOrders({}, request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const SearchHit& hit : page->hits) orders.push_back(hit.order_id.value);
    request.page_token = page->next_page_token;
    Create(absl::StrCat("o", more++), "c", {Line(1, "A", "tea")});
    ASSERT_TRUE(side_->WaitUntilCurrent());
  } while (!request.page_token.empty());
  ASSERT_EQ(orders.size(), 25U);
  for (int i = 0; i < 25; ++i)
    EXPECT_EQ(orders[static_cast<std::size_t>(i)], absl::StrCat("o", 24 - i));

  // A token is of its search.
  request = {.query = "tea", .page_size = 4};
  const std::string token = side_->queries().SearchOrders({}, request)->next_page_token;
  const auto other = side_->queries().SearchOrders({}, {.query = "a", .page_token = token});
  EXPECT_EQ(application::GetRequestError(other.status())->reason, "BAD_PAGE_TOKEN");
}

TEST_F(SqliteSearchViewsTest, WhileItIsFilledItDeniesNothing) {
  Create("o1", "c", {Line(1, "A", "tea")});
  side_.emplace(log_, ReadSide::Options{});  // Not started.
  const auto answer = side_->queries().SearchOrders({}, {.query = "tea"});
  EXPECT_TRUE(absl::IsUnavailable(answer.status())) << answer.status();
  EXPECT_EQ(application::GetRequestError(answer.status())->reason, "NOT_YET_VISIBLE");
}

TEST_F(SqliteSearchViewsTest, RandomLivesAreFoundByWhatTheyAreNow) {
  OrderHistories histories(77, 6, 5);
  log_.Append(histories.Next(1'200));
  Start();
  EXPECT_EQ(side_->Difference(log_.Events()), "");
  for (int round = 0; round < 10; ++round) log_.Append(histories.Next(40));
  ASSERT_TRUE(side_->WaitUntilCurrent());
  EXPECT_EQ(side_->Difference(log_.Events()), "");
}

}  // namespace
}  // namespace orders::infrastructure
