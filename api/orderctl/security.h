#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grpcpp/security/credentials.h"

namespace orders::api {

/// What a command line says of TLS and of who asks. Files are named here, and read by ReadSecurity.
struct SecurityOptions {
  bool tls = false;     ///< A file of TLS means it too.
  std::string ca_file;  ///< Empty: the system's authorities.
  std::string cert_file;
  std::string key_file;
  std::string token_file;
  bool insecure = false;  ///< A token may go out in the clear.
};

/// The same, read. All PEM.
struct Security {
  bool tls = false;
  std::string authorities;
  std::string certificate;  ///< Empty: none is shown.
  std::string key;
  std::string token;  ///< Empty: none is sent.
};

/// `environment_token`, which may be empty, is sent where no file is named. Errors, whose texts say
/// what to change and hold nothing of a token: InvalidArgument, a file cannot be read or is not
/// what it should be, or a token would leave this machine in the clear.
absl::StatusOr<Security> ReadSecurity(const SecurityOptions& options, absl::string_view server,
                                      absl::string_view environment_token);

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const Security& security);

}  // namespace orders::api
