#pragma once

#include <string>

namespace orders::application {

/// What a caller may do; each may also do what those before it may.
enum class Role { kRead, kWrite, kAdmin };

/// Who calls, once that has been proven.
struct Caller {
  std::string name;  ///< 1 to 128 printable ASCII characters; recorded in every event.
  Role role = Role::kRead;
  /// Sees and changes this customer's orders alone, as if there were no others. Empty: everyone's.
  std::string customer;
  /// Calls a second; 0: no bound.
  double calls_per_second_max = 0;
};

}  // namespace orders::application
