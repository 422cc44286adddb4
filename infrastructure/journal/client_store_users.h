#pragma once

#include <string>
#include <utility>
#include <vector>

#include "application/ports/store_users.h"
#include "eventstoredb/users.h"

namespace orders::infrastructure {

struct ClientStoreUsersOptions {
  /// The store lies in this process: what turns its users on is a setting of ours.
  bool is_embedded = false;
  std::string own_login;  ///< The service's own; empty: it needs none.
};

/// The users of a store that is reached by a client.
class ClientStoreUsers final : public application::StoreUsers {
 public:
  ClientStoreUsers(eventstoredb::Users users, ClientStoreUsersOptions options)
      : users_(std::move(users)), options_(std::move(options)) {}

  absl::StatusOr<std::vector<application::StoreUser>> List(absl::Time deadline) override;
  absl::StatusOr<application::StoreUser> Find(const std::string& login,
                                              absl::Time deadline) override;
  absl::Status Create(const application::NewStoreUser& user, absl::Time deadline) override;
  absl::Status Update(const std::string& login, const std::string& full_name,
                      const std::vector<std::string>& groups, absl::Time deadline) override;
  absl::Status Delete(const std::string& login, absl::Time deadline) override;
  absl::Status SetDisabled(const std::string& login, bool disabled, absl::Time deadline) override;
  absl::Status ResetPassword(const std::string& login, const std::string& password,
                             absl::Time deadline) override;

 private:
  application::StoreUser ToStoreUser(eventstoredb::UserDetails&& details) const;
  /// What the store says of a question, and of a change, as the API says it.
  absl::Status Told(const absl::Status& status, const std::string& login) const;
  absl::Status ToldOfChange(const absl::Status& status, const std::string& login) const;

  const eventstoredb::Users users_;
  const ClientStoreUsersOptions options_;
};

}  // namespace orders::infrastructure
