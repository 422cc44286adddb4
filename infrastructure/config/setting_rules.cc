#include "infrastructure/config/setting_rules.h"

#include <utility>

#include <sys/stat.h>

#include "absl/strings/str_cat.h"

#include "infrastructure/config/setting_texts.h"

namespace orders::infrastructure {
namespace {

SettingSource SourceOf(const ResolvedSettings& resolved, const std::string& name) {
  const auto found = resolved.sources.find(name);
  return found == resolved.sources.end() ? SettingSource::kDefault : found->second;
}

/// A password is for the owner and the group of the file.
absl::Status CheckSecrets(const ResolvedSettings& resolved) {
  if (SourceOf(resolved, "store") != SettingSource::kFile ||
      resolved.settings.store.find('@') == std::string::npos) {
    return absl::OkStatus();
  }
  struct stat status {};
  if (stat(resolved.settings.config.c_str(), &status) != 0 || (status.st_mode & S_IROTH) == 0) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat(resolved.settings.config,
                   ": store holds a password, and everyone may read the file: chmod o-r ",
                   resolved.settings.config));
}

absl::Status CheckDeadlines(const ResolvedSettings& resolved) {
  const Settings& settings = resolved.settings;
  if (settings.deadline_default <= settings.deadline_max) return absl::OkStatus();
  const bool by_file = SourceOf(resolved, "deadline-default") == SettingSource::kFile ||
                       SourceOf(resolved, "deadline-max") == SettingSource::kFile;
  return by_file
             ? absl::FailedPreconditionError(absl::StrCat(
                   settings.config, ": deadline-default must not be above deadline-max"))
             : UsageError(settings.command, "--deadline-default must not be above --deadline-max");
}

absl::Status Contradiction(const std::string& text) { return absl::FailedPreconditionError(text); }

absl::Status CheckTls(const ResolvedSettings& resolved) {
  const Settings& settings = resolved.settings;
  if (settings.tls_certificate.empty() != settings.tls_key.empty()) {
    const bool lacks_key = settings.tls_key.empty();
    return Contradiction(absl::StrCat(lacks_key ? "tls-cert" : "tls-key", " is set, and ",
                                      lacks_key ? "tls-key" : "tls-cert",
                                      " is not: TLS needs both. Set both, or neither."));
  }
  if (!settings.tls_client_authorities.empty() && settings.tls_certificate.empty()) {
    return Contradiction(
        "tls-client-ca asks callers for certificates, and without TLS they can show none. Set "
        "tls-cert and tls-key too, or leave it out.");
  }
  // A file may hold every setting as it is by default.
  const SettingSource source = SourceOf(resolved, "tls-client-certificates");
  const bool asks_for_some = !settings.tls_requires_client_certificate ||
                             source == SettingSource::kFlag ||
                             source == SettingSource::kEnvironment;
  if (settings.tls_client_authorities.empty() && asks_for_some) {
    return Contradiction(
        "tls-client-certificates says whether callers need a certificate, and tls-client-ca, whose "
        "ones are taken, is not set. Set it too, or leave this out.");
  }
  return absl::OkStatus();
}

absl::Status CheckJwt(const Settings& settings) {
  std::string set;
  std::string missing;
  for (const auto& [name, value] : {std::pair("jwt-keys", &settings.jwt_keys),
                                    {"jwt-issuer", &settings.jwt_issuer},
                                    {"jwt-audience", &settings.jwt_audience}}) {
    std::string& names = value->empty() ? missing : set;
    absl::StrAppend(&names, names.empty() ? "" : ", ", name);
  }
  if (set.empty() || missing.empty()) return absl::OkStatus();
  return Contradiction(
      absl::StrCat("to take JWTs jwt-keys, jwt-issuer and jwt-audience are set "
                   "together: set ",
                   missing, " too, or leave ", set, " out."));
}

/// What is said of the store's port is meant for one.
absl::Status CheckStorePort(const Settings& settings) {
  std::string with_users;
  for (const auto& [name, is_set] :
       {std::pair("store-admin-password-file", !settings.store_admin_password_file.empty()),
        {"store-ops-password-file", !settings.store_ops_password_file.empty()},
        {"store-anonymous-streams", settings.store_anonymous_streams},
        {"store-anonymous-endpoints", settings.store_anonymous_endpoints}}) {
    if (is_set) absl::StrAppend(&with_users, with_users.empty() ? "" : ", ", name);
  }
  if (!with_users.empty() && !settings.store_users) {
    return Contradiction(absl::StrCat(
        "without store-users the store is open to everyone who reaches it, and ", with_users,
        " says who may come in all the same. Set store-users too, or leave it out."));
  }
  if (settings.store_users && !settings.store_listen.has_value()) {
    return Contradiction(
        "store-users is about the port that serves the store to others, and there is none. Set "
        "store-listen too, or leave it out.");
  }
  return absl::OkStatus();
}

absl::Status CheckWebhooks(const Settings& settings) {
  if (settings.webhook_authorities.empty() || !settings.webhook_hosts.empty()) {
    return absl::OkStatus();
  }
  return Contradiction(
      "webhook-ca is about receivers of webhooks, and without webhook-hosts there are none. Set "
      "webhook-hosts too, or leave it out.");
}

}  // namespace

absl::Status UsageError(Command command, const std::string& text) {
  return absl::InvalidArgumentError(
      absl::StrCat(text, " (", NameOf(command), " --help lists all flags)"));
}

absl::Status CheckTogether(const ResolvedSettings& resolved) {
  for (const absl::Status& checked :
       {CheckSecrets(resolved), CheckDeadlines(resolved), CheckTls(resolved),
        CheckJwt(resolved.settings), CheckStorePort(resolved.settings),
        CheckWebhooks(resolved.settings)}) {
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

}  // namespace orders::infrastructure
