#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "eventstoredb/client_options.h"

namespace eventstoredb {

struct ConnectionString {
  ClientOptions options;
  /// What was taken but is likely not meant: unknown options, pings below 10 s, credentials without
  /// TLS. Sentences for people; never a password.
  std::vector<std::string> warnings;
  /// Names of options that are not known, each a warning too: a program may refuse them.
  std::vector<std::string> unknown_options;
};

/// Reads what the official clients read (protocol section 4):
///   scheme://[user:password@]host[:port][,host[:port]...][/][?option=value[&option=value...]]
/// with scheme esdb, kurrentdb, kurrent or kdb, each also with +discover; user, password and texts
/// percent-decoded; IPv6 addresses in brackets; repeated hosts counted once; option names matched
/// ignoring case, `-` and `_`:
///   tls, tlsVerifyCert, throwOnAppendFailure  true or false; the last is without effect, since
///                                             errors are values here
///   tlsCAFile, userCertFile, userKeyFile      paths
///   connectionName                            text
///   defaultDeadline, discoveryInterval        milliseconds
///   keepAliveInterval, keepAliveTimeout       milliseconds, -1 for none
///   gossipTimeout                             below 100 seconds, from 100 on milliseconds:
///   official
///                                             clients disagree on the unit
///   maxDiscoverAttempts                       rounds
///   nodePreference                            leader, follower, random, readOnlyReplica
/// Errors: InvalidArgument; the text says what to change and repeats nothing of the string but
/// option names, so that no part of a password is told.
absl::StatusOr<ConnectionString> ParseConnectionString(std::string_view text);

}  // namespace eventstoredb
