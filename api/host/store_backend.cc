#include "api/host/store_backend.h"

#include <utility>

#include <sys/statfs.h>

#include "absl/strings/str_cat.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/config/settings.h"

namespace orders::api {
namespace {

using application::Severity;

constexpr long kTmpfsMagic = 0x01021994;
constexpr long kRamfsMagic = static_cast<long>(0x858458f6);

bool IsInMemoryFileSystem(const std::string& path) {
  struct statfs about {};
  if (statfs(path.c_str(), &about) != 0) return false;
  return about.f_type == kTmpfsMagic || about.f_type == kRamfsMagic;
}

/// A log in this process: what befalls it ends the process.
class AlwaysReachable final : public application::StoreMonitor {
 public:
  application::StoreReachability Reachability() const override { return {}; }
};

}  // namespace

StoreBackend::StoreBackend() = default;
StoreBackend::StoreBackend(StoreBackend&&) noexcept = default;
StoreBackend::~StoreBackend() = default;

std::optional<StoreBackend> OpenEmbeddedStore(const infrastructure::Settings& settings,
                                              application::Telemetry& telemetry,
                                              std::function<void()> on_fatal,
                                              StartFailure& failure) {
  eventstoredb::EmbeddedEventStoreOptions options;
  options.directory = settings.data;
  options.in_memory = settings.in_memory;
  // The orders themselves need none: an index that nobody reads costs nothing.
  options.system_projections = settings.store_listen.has_value();
  options.appends_in_flight_max = static_cast<std::size_t>(settings.commands_in_flight_max);
  options.accept_truncation = settings.accept_truncation;
  options.free_space_min_bytes = settings.free_space_min;
  options.free_space_min_percent = settings.free_space_min_percent;
  options.on_fatal = [&telemetry, on_fatal = std::move(on_fatal)](const absl::Status& status) {
    telemetry.Log(Severity::kError,
                  absl::StrCat("the log cannot be written, ending: status=", status.ToString()));
    on_fatal();
  };
  auto opened = eventstoredb::EmbeddedEventStore::Open(std::move(options));
  if (!opened.ok()) {
    failure = DataFailure(opened.status(), settings.data);
    return std::nullopt;
  }
  if (!settings.in_memory && IsInMemoryFileSystem(settings.data)) {
    telemetry.Log(Severity::kWarning,
                  absl::StrCat("not durable: data ", settings.data,
                               " lies in memory (tmpfs) and is lost with the machine"));
  }
  if (settings.accept_truncation.has_value()) {
    telemetry.Log(
        Severity::kWarning,
        absl::StrCat("the end of the log was given up, tokens made before are refused: "
                     "position=",
                     *settings.accept_truncation, " generation=", (*opened)->generation()));
  }
  StoreBackend backend;
  static AlwaysReachable& always_reachable = *new AlwaysReachable();
  backend.monitor = &always_reachable;
  backend.embedded = opened->get();
  backend.identity = {.id = (*opened)->store_id().ToString(),
                      .generation = (*opened)->generation()};
  backend.kind = settings.in_memory ? "memory" : "embedded";
  backend.store = *std::move(opened);
  return backend;
}

}  // namespace orders::api
