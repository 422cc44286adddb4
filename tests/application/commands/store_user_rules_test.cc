#include "application/commands/store_user_rules.h"

#include <string>

#include "gtest/gtest.h"

#include "application/commands/request_errors.h"

namespace orders::application {
namespace {

const std::string kAdmins(kStoreAdmins);

StoreUser Admin(const std::string& login) { return {.login = login, .groups = {"x", kAdmins}}; }
StoreUser Disabled(StoreUser user) {
  user.is_disabled = true;
  return user;
}
StoreUser Own(StoreUser user) {
  user.is_own = true;
  return user;
}

/// Empty: the change may be made.
std::string Refusal(const std::vector<StoreUser>& users, const std::string& login,
                    StoreUserLoss loss) {
  const absl::Status status = CheckStoreUserLoss(users, login, loss);
  EXPECT_TRUE(status.ok() || absl::IsFailedPrecondition(status)) << status;
  const auto error = GetRequestError(status);
  return error.has_value() ? error->reason : "";
}

TEST(StoreUserRules, LetAUserGoWhoIsNotNeeded) {
  const std::vector<StoreUser> users = {Admin("admin"), {.login = "ops", .groups = {"$ops"}}};
  for (const StoreUserLoss loss :
       {StoreUserLoss::kLogin, StoreUserLoss::kAdmins, StoreUserLoss::kPassword}) {
    EXPECT_EQ(Refusal(users, "ops", loss), "");
    EXPECT_EQ(Refusal(users, "nobody", loss), "");
    EXPECT_EQ(Refusal({Admin("admin"), Admin("second")}, "admin", loss), "");
  }
}

TEST(StoreUserRules, KeepTheLastAdministratorWhoCanLogIn) {
  const std::vector<StoreUser> users = {
      Admin("admin"), Disabled(Admin("second")), {.login = "ops", .groups = {"$ops"}}};
  EXPECT_EQ(Refusal(users, "admin", StoreUserLoss::kLogin), "LAST_STORE_ADMIN");
  EXPECT_EQ(Refusal(users, "admin", StoreUserLoss::kAdmins), "LAST_STORE_ADMIN");
  EXPECT_EQ(Refusal(users, "admin", StoreUserLoss::kPassword), "") << "who knows it can log in";
  EXPECT_EQ(Refusal(users, "second", StoreUserLoss::kLogin), "") << "it could not log in anyway";
}

TEST(StoreUserRules, KeepTheServicesOwnUserAsItIs) {
  const std::vector<StoreUser> users = {Admin("admin"), Own(Admin("orders"))};
  for (const StoreUserLoss loss :
       {StoreUserLoss::kLogin, StoreUserLoss::kAdmins, StoreUserLoss::kPassword}) {
    EXPECT_EQ(Refusal(users, "orders", loss), "OWN_STORE_USER");
    EXPECT_EQ(Refusal(users, "admin", loss), "");
  }
}

}  // namespace
}  // namespace orders::application
