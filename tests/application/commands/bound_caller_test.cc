// A caller that is bound to a customer changes that customer's orders, and learns of no other.

#include <string>
#include <utility>

#include "gtest/gtest.h"

#include "application/commands/order_command_handler.h"
#include "application/commands/request_errors.h"
#include "domain/order/refusals.h"
#include "tests/support/command_side.h"
#include "tests/support/commands_for_tests.h"

namespace orders::application {
namespace {

using testing_support::Ask;
using testing_support::CommandSide;
using testing_support::Note;
using testing_support::SomeCart;

class BoundCommands : public ::testing::Test {
 protected:
  BoundCommands() {
    owner_.customer = SomeCart().customer_id.value;
    stranger_.customer = "somebody-else";
  }
  absl::StatusOr<CommandAnswer> Handle(CommandRequest request, const CallContext& call) {
    return testing_support::Handle(*handler_, call, std::move(request));
  }

  CommandSide side_;
  std::unique_ptr<OrderCommandHandler> handler_ = side_.NewHandler();
  CallContext owner_;
  CallContext stranger_;
};

TEST_F(BoundCommands, OfTheOwnerAreCarriedOut) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart()), owner_).ok());
  const auto noted = Handle(Ask("o-1", Note("mine")), owner_);
  ASSERT_TRUE(noted.ok()) << noted.status();
  EXPECT_EQ(side_.Fold("o-1").order.note, "mine");
}

TEST_F(BoundCommands, OfAStrangerGetTheAnswerForAnOrderThatNeverWas) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart(), "r-1"), owner_).ok());
  const auto never = Handle(Ask("never", Note("whose?")), stranger_);
  // From memory, and from a handler that must read first; also with the owner's request id, and
  // with an etag that is stale.
  const auto fresh = side_.NewHandler();
  CommandRequest stale = Ask("o-1", Note("whose?"));
  stale.expected_revision = 7;
  for (const CommandRequest& request :
       {Ask("o-1", Note("whose?")), Ask("o-1", Note("whose?"), "r-1"), stale}) {
    for (OrderCommandHandler* handler : {handler_.get(), fresh.get()}) {
      const auto answer = testing_support::Handle(*handler, stranger_, request);
      EXPECT_EQ(answer.status(), never.status());
      EXPECT_EQ(domain::GetRefusal(answer.status())->reason, "ORDER_NOT_FOUND");
    }
  }
  EXPECT_EQ(side_.Events("o-1").size(), 1U);
}

TEST_F(BoundCommands, CreateNothingInTheNameOfAnother) {
  const auto answer = Handle(Ask("o-2", SomeCart()), stranger_);
  EXPECT_EQ(GetRequestError(answer.status()).value_or(RequestError{}).reason, "CUSTOMER_NOT_FOUND");
  EXPECT_TRUE(absl::IsNotFound(answer.status()));
  EXPECT_TRUE(side_.Events("o-2").empty());
}

TEST_F(BoundCommands, DoNotTakeAnIdThatIsAnothers) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart()), owner_).ok());
  domain::CreateOrder own = SomeCart();
  own.customer_id.value = stranger_.customer;
  const auto answer = Handle(Ask("o-1", own), stranger_);
  EXPECT_TRUE(absl::IsNotFound(answer.status())) << answer.status();
  EXPECT_EQ(side_.Fold("o-1").order.customer_id.value, owner_.customer);
}

}  // namespace
}  // namespace orders::application
