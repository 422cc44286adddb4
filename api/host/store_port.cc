#include "api/host/store_port.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

#include "api/host/listen_rule.h"
#include "eventstoredb/node/node_server.h"
#include "infrastructure/access/file_bytes.h"
#include "infrastructure/config/settings.h"

namespace orders::api {
namespace {

using application::Severity;

constexpr std::size_t kPasswordFileBytesMax = 1'026;  // The longest password, and a line's end.

/// The first line of a file, which has no other.
absl::StatusOr<std::string> ReadPassword(const std::string& path) {
  auto bytes = infrastructure::ReadFileBytes(path, kPasswordFileBytesMax,
                                             infrastructure::FileReaders::kOwnerOnly);
  if (!bytes.ok()) return bytes;
  std::string password = *std::move(bytes);
  if (!password.empty() && password.back() == '\n') password.pop_back();
  if (!password.empty() && password.back() == '\r') password.pop_back();
  if (password.empty() || password.find('\n') != std::string::npos) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": holds no password: write it as the one line of the file"));
  }
  return password;
}

/// Changes `password` if the setting names a file.
absl::Status TakePassword(const std::string& path, std::string& password) {
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> read = ReadPassword(path);
  if (!read.ok()) return read.status();
  password = *std::move(read);
  return absl::OkStatus();
}

absl::StatusOr<eventstoredb::NodeAccessOptions> AccessOptions(
    const infrastructure::Settings& settings) {
  eventstoredb::NodeAccessOptions access;
  access.allow_anonymous_streams = settings.store_anonymous_streams;
  access.allow_anonymous_endpoints = settings.store_anonymous_endpoints;
  absl::Status taken = TakePassword(settings.store_admin_password_file, access.admin_password);
  taken.Update(TakePassword(settings.store_ops_password_file, access.ops_password));
  if (!taken.ok()) return taken;
  return access;
}

/// The same identity in the node's words, made anew when it has changed.
eventstoredb::NodeTlsSource NodeTls(TlsSource source) {
  if (!source) return {};
  struct Shown {
    absl::Mutex mutex;
    std::shared_ptr<const TlsIdentity> seen ABSL_GUARDED_BY(mutex);
    std::shared_ptr<const eventstoredb::NodeTlsIdentity> identity ABSL_GUARDED_BY(mutex);
  };
  return [source = std::move(source), shown = std::make_shared<Shown>()] {
    std::shared_ptr<const TlsIdentity> now = source();
    const absl::MutexLock lock(&shown->mutex);
    if (now != shown->seen) {
      shown->identity =
          std::make_shared<eventstoredb::NodeTlsIdentity>(eventstoredb::NodeTlsIdentity{
              .certificate_chain = now->certificate_chain, .private_key = now->private_key});
      shown->seen = std::move(now);
    }
    return shown->identity;
  };
}

/// Beyond loopback nobody is to come in by a password that everybody knows.
std::optional<StartFailure> CheckFirstPasswords(std::string_view setting,
                                                const infrastructure::Settings& settings,
                                                application::Telemetry& telemetry) {
  const bool has_both =
      !settings.store_admin_password_file.empty() && !settings.store_ops_password_file.empty();
  if (!settings.store_users || has_both || settings.store_listen->IsLoopback()) {
    return std::nullopt;
  }
  const std::string what = absl::StrCat(
      std::string(setting), " ", settings.store_listen->ToString(),
      " is reached from other machines, and a new store's users would have a password that "
      "everybody knows");
  if (!settings.insecure) {
    return StartFailure{ExitCode::kConfig,
                        absl::StrCat(what,
                                     ". Set store-admin-password-file and "
                                     "store-ops-password-file, or add --insecure if the network "
                                     "may be trusted.")};
  }
  telemetry.Log(Severity::kWarning, absl::StrCat("INSECURE: ", what));
  return std::nullopt;
}

}  // namespace

eventstoredb::NodeServerOptions NodeLimits(const infrastructure::Settings& settings) {
  eventstoredb::NodeServerOptions options{.address = ""};
  options.groups_max = static_cast<std::size_t>(settings.store_groups_max);
  options.group_consumers_max = static_cast<std::size_t>(settings.store_group_consumers_max);
  // A group that holds nothing may always read a page: so none is no bound of its own.
  options.groups_bytes_max =
      static_cast<std::size_t>(std::max<std::uint64_t>(settings.store_groups_bytes_max, 1));
  return options;
}

std::optional<eventstoredb::NodeServerOptions> StorePortOptions(
    std::string_view setting, const infrastructure::Settings& settings, TlsSource tls,
    application::Telemetry& telemetry, StartFailure& failure) {
  auto refused = CheckListenAddress(setting, *settings.store_listen, StoreProtectionOf(settings),
                                    settings.insecure, "read and change every event", telemetry);
  if (!refused.has_value()) refused = CheckFirstPasswords(setting, settings, telemetry);
  if (refused.has_value()) {
    failure = *std::move(refused);
    return std::nullopt;
  }
  eventstoredb::NodeServerOptions options = NodeLimits(settings);
  options.address = settings.store_listen->ToString();
  options.tls = NodeTls(std::move(tls));
  if (!settings.store_users) return options;
  auto access = AccessOptions(settings);
  if (!access.ok()) {
    failure = {ExitCode::kConfig, std::string(access.status().message())};
    return std::nullopt;
  }
  options.access = *std::move(access);
  return options;
}

std::optional<StartFailure> CheckPasswordFiles(const infrastructure::Settings& settings) {
  const absl::Status access = AccessOptions(settings).status();
  if (access.ok()) return std::nullopt;
  return StartFailure{ExitCode::kConfig, std::string(access.message())};
}

}  // namespace orders::api
