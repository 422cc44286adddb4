#include "api/host/server_store.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "eventstoredb/client.h"
#include "eventstoredb/client_event_store.h"
#include "eventstoredb/connection_string.h"
#include "infrastructure/config/settings.h"
#include "infrastructure/journal/store_identity.h"
#include "infrastructure/node/locked_directory.h"

namespace orders::api {
namespace {

using application::Severity;

constexpr absl::Duration kConnectMax = absl::Seconds(30);
constexpr absl::Duration kConnectPause = absl::Milliseconds(500);

/// What a server needs, in the order in which it goes.
class ServerStore final : public eventstoredb::EventStore, public application::StoreMonitor {
 public:
  ServerStore(std::unique_ptr<eventstoredb::Client> client,
              std::optional<eventstoredb::LockedDirectory> directory)
      : directory_(std::move(directory)), client_(std::move(client)), store_(*client_) {}

  void StartAppend(eventstoredb::AppendRequest request,
                   eventstoredb::AppendCallback done) override {
    store_.StartAppend(std::move(request), std::move(done));
  }
  void StartDelete(eventstoredb::DeleteRequest request,
                   eventstoredb::DeleteCallback done) override {
    store_.StartDelete(std::move(request), std::move(done));
  }
  absl::Status ReadStream(const eventstoredb::ReadStreamRequest& request,
                          eventstoredb::EventVisitor visit) override {
    return store_.ReadStream(request, visit);
  }
  absl::Status ReadAll(const eventstoredb::ReadAllRequest& request,
                       eventstoredb::EventVisitor visit) override {
    return store_.ReadAll(request, visit);
  }
  absl::StatusOr<std::unique_ptr<eventstoredb::Subscription>> Subscribe(
      eventstoredb::SubscribeRequest request) override {
    return store_.Subscribe(std::move(request));
  }

  eventstoredb::Client& client() { return *client_; }

  application::StoreReachability Reachability() const override {
    const eventstoredb::ConnectionState state = client_->connection_state();
    if (state.error.ok()) return {};
    return {
        .is_reachable = false, .error = std::string(state.error.message()), .since = state.since};
  }

 private:
  std::optional<eventstoredb::LockedDirectory> directory_;
  std::unique_ptr<eventstoredb::Client> client_;
  eventstoredb::ClientEventStore store_;
};

StartFailure WrongSetting(const std::string& what) {
  return {ExitCode::kConfig, absl::StrCat("store: ", what,
                                          ". Correct --store or ORDERS_STORE, like "
                                          "esdb://localhost:2113?tls=false")};
}

}  // namespace

std::optional<StoreBackend> ConnectToServer(const infrastructure::Settings& settings,
                                            application::Telemetry& telemetry,
                                            application::IdSource& ids, StartFailure& failure) {
  absl::StatusOr<eventstoredb::ConnectionString> parsed =
      eventstoredb::ParseConnectionString(settings.store);
  if (!parsed.ok()) {
    failure = WrongSetting(std::string(parsed.status().message()));
    return std::nullopt;
  }
  if (!parsed->unknown_options.empty()) {
    failure = WrongSetting(absl::StrCat("no such option: ", parsed->unknown_options.front()));
    return std::nullopt;
  }
  for (const std::string& warning : parsed->warnings) {
    telemetry.Log(Severity::kWarning, absl::StrCat("store: ", warning));
  }
  if (parsed->options.tls && !parsed->options.tls_verify_cert && !settings.insecure) {
    failure = WrongSetting(
        "tlsVerifyCert=false trusts whoever answers; name the authority with tlsCAFile, or add "
        "--insecure if the network may be trusted");
    return std::nullopt;
  }
  // In the clear a client names nobody.
  std::string own_login;
  if (parsed->options.tls && parsed->options.credentials.has_value()) {
    own_login = parsed->options.credentials->user;
  }
  auto client = eventstoredb::Client::Create(std::move(parsed->options));
  if (!client.ok()) {
    failure = WrongSetting(std::string(client.status().message()));
    return std::nullopt;
  }
  std::optional<eventstoredb::LockedDirectory> directory;
  if (!settings.in_memory) {
    auto held = eventstoredb::LockedDirectory::Open(settings.data);
    if (!held.ok()) {
      failure = DataFailure(held.status(), settings.data);
      return std::nullopt;
    }
    directory.emplace(*std::move(held));
  }
  auto store = std::make_unique<ServerStore>(*std::move(client), std::move(directory));

  // One id for all attempts: an append of unknown outcome is then found again.
  const std::string new_id = ids.NewId();
  const absl::Time deadline = absl::Now() + kConnectMax;
  while (true) {
    auto identity = infrastructure::EnsureStoreIdentity(*store, new_id, deadline);
    if (identity.ok()) {
      StoreBackend backend;
      backend.identity = *std::move(identity);
      backend.kind = "server";
      backend.client = &store->client();
      backend.own_login = std::move(own_login);
      backend.monitor = store.get();
      backend.store = std::move(store);
      return backend;
    }
    const absl::Status& status = identity.status();
    if (absl::IsDataLoss(status)) {
      failure = {ExitCode::kDataDamaged, absl::StrCat("store: ", std::string(status.message()))};
      return std::nullopt;
    }
    const bool may_pass = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
    if (!may_pass || absl::Now() + kConnectPause >= deadline) {
      // Why the server is not reached says more than that time is up.
      const std::string unreached = store->Reachability().error;
      failure = {
          may_pass ? ExitCode::kUnavailable : ExitCode::kConfig,
          absl::StrCat("store: ", unreached.empty() ? std::string(status.message()) : unreached,
                       ". See that the server runs and that host, port, tls and user of "
                       "--store are its own.")};
      return std::nullopt;
    }
    absl::SleepFor(kConnectPause);
  }
}

}  // namespace orders::api
