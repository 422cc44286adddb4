#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "infrastructure/node/access_list.h"

namespace eventstoredb {

/// Who makes a call, once that is known.
class Caller {
 public:
  static Caller Anonymous() { return Caller(Kind::kAnonymous, {}); }
  static Caller System() { return Caller(Kind::kSystem, {}); }
  /// `roles`: the login, then the groups.
  static Caller User(std::vector<std::string> roles) {
    return Caller(Kind::kUser, std::make_shared<const std::vector<std::string>>(std::move(roles)));
  }

  bool is_anonymous() const { return kind_ == Kind::kAnonymous; }
  /// May do everything (protocol section 3.17).
  bool is_admin() const {
    return kind_ == Kind::kSystem || Has(kAdminsRole) || (is_user() && roles_->front() == "admin");
  }
  bool is_operator() const { return is_admin() || Has(kOperatorsRole); }
  bool Has(std::string_view role) const {
    return is_user() && std::find(roles_->begin(), roles_->end(), role) != roles_->end();
  }
  bool HasAny(const std::vector<std::string>& roles) const {
    return std::any_of(roles.begin(), roles.end(), [this](const std::string& role) {
      return role == kEveryoneRole || Has(role);
    });
  }

 private:
  enum class Kind { kAnonymous, kSystem, kUser };
  Caller(Kind kind, std::shared_ptr<const std::vector<std::string>> roles)
      : kind_(kind), roles_(std::move(roles)) {}
  bool is_user() const { return kind_ == Kind::kUser; }

  Kind kind_;
  std::shared_ptr<const std::vector<std::string>> roles_;  ///< Of a user.
};

}  // namespace eventstoredb
