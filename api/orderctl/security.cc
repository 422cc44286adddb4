#include "api/orderctl/security.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "api/orderctl/server_host.h"

namespace orders::api {
namespace {

constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";
constexpr std::size_t kFileBytesMax = 4 << 20;
constexpr std::size_t kTokenBytesMax = 6 << 10;  // The service takes 8 KiB of headers in all.

/// Once, from its beginning to its end: it may be a pipe.
absl::StatusOr<std::string> ReadFile(absl::string_view option, const std::string& path) {
  const auto failed = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(option, ": ", path, ": ", why));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             std::fclose);
  if (file == nullptr) return failed(std::strerror(errno));
  std::string text(kFileBytesMax + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return failed("cannot be read");
  if (text.size() > kFileBytesMax) return failed("is too large");
  return text;
}

absl::StatusOr<std::string> ReadPem(absl::string_view option, const std::string& path,
                                    absl::string_view what) {
  absl::StatusOr<std::string> text = ReadFile(option, path);
  if (text.ok() && !absl::StrContains(*text, absl::StrCat(what, "-----"))) {
    return absl::InvalidArgumentError(
        absl::StrCat(option, ": ", path, " holds no ", what, " in PEM"));
  }
  return text;
}

absl::StatusOr<std::string> ReadAuthorities(const std::string& file) {
  if (!file.empty()) return ReadPem("--tls-ca", file, "CERTIFICATE");
  const char* const named = std::getenv("SSL_CERT_FILE");
  const std::string system = named == nullptr ? kSystemAuthorities : named;
  absl::StatusOr<std::string> text = ReadPem("the system's authorities", system, "CERTIFICATE");
  if (text.ok()) return text;
  return absl::InvalidArgumentError(
      absl::StrCat(text.status().message(), "; name the service's authority with --tls-ca"));
}

absl::Status CheckToken(absl::string_view token) {
  const bool is_text = std::all_of(token.begin(), token.end(), [](char letter) {
    return absl::ascii_isgraph(static_cast<unsigned char>(letter));
  });
  if (token.empty()) return absl::InvalidArgumentError("the token is empty");
  if (token.size() > kTokenBytesMax) return absl::InvalidArgumentError("the token is too long");
  if (!is_text) return absl::InvalidArgumentError("the token has letters that no token has");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Security> ReadSecurity(const SecurityOptions& options, absl::string_view server,
                                      absl::string_view environment_token) {
  Security security;
  security.tls = options.tls || !options.ca_file.empty() || !options.cert_file.empty() ||
                 !options.key_file.empty();
  if (options.cert_file.empty() != options.key_file.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key go together");
  }
  const auto take = [](absl::StatusOr<std::string> text, std::string& into) {
    if (text.ok()) into = *std::move(text);
    return text.status();
  };
  absl::Status status;
  if (security.tls) status = take(ReadAuthorities(options.ca_file), security.authorities);
  if (status.ok() && !options.cert_file.empty()) {
    status = take(ReadPem("--tls-cert", options.cert_file, "CERTIFICATE"), security.certificate);
  }
  if (status.ok() && !options.key_file.empty()) {
    status = take(ReadPem("--tls-key", options.key_file, "PRIVATE KEY"), security.key);
  }
  const bool has_token = !options.token_file.empty() || !environment_token.empty();
  security.token = std::string(environment_token);
  if (status.ok() && !options.token_file.empty()) {
    status = take(ReadFile("--token-file", options.token_file), security.token);
  }
  absl::StripAsciiWhitespace(&security.token);
  if (status.ok() && has_token) status = CheckToken(security.token);
  if (status.ok() && has_token && !security.tls && !options.insecure &&
      !IsLoopback(HostOf(server))) {
    status = absl::InvalidArgumentError(
        "without TLS the token would leave this machine in the clear: add --tls, or --insecure");
  }
  if (!status.ok()) return status;
  return security;
}

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const Security& security) {
  if (!security.tls) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({.pem_root_certs = security.authorities,
                               .pem_private_key = security.key,
                               .pem_cert_chain = security.certificate});
}

}  // namespace orders::api
