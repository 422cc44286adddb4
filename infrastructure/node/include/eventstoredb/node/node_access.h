#pragma once

#include <cstddef>
#include <string>

namespace eventstoredb {

/// Users and access control of a node (protocol section 3.17).
struct NodeAccessOptions {
  /// Of the users that are made when the store has never had them: `admin` of $admins and `ops` of
  /// $ops. Not looked at afterwards.
  std::string admin_password = "changeit";
  std::string ops_password = "changeit";
  /// Callers without credentials may do with streams what everyone may.
  bool allow_anonymous_streams = false;
  /// They may see the node's statistics.
  bool allow_anonymous_endpoints = false;

  int password_iterations = 600'000;     ///< Of new hashes, 1,000 to 10 million.
  std::size_t verified_max = 10'000;     ///< Credentials that need no hash; at most twice so many.
  std::size_t acl_streams_max = 20'000;  ///< Lists kept in memory; at most twice so many.
  /// Passwords that wait for the one thread that hashes; then RESOURCE_EXHAUSTED.
  std::size_t password_checks_max = 64;
  /// Calls that wait for access lists to be read; then RESOURCE_EXHAUSTED.
  std::size_t acl_checks_max = 4'096;
};

}  // namespace eventstoredb
