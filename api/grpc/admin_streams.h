#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "api/runtime/call_gate.h"
#include "api/runtime/import_barrier.h"
#include "api/runtime/worker_pool.h"
#include "application/log_position.h"
#include "application/ports/order_transfer.h"
#include "application/ports/telemetry.h"
#include "orders/v1/admin.pb.h"

namespace orders::api {

/// A long call of OrderAdmin that is under way.
class AdminStream {
 public:
  virtual ~AdminStream() = default;
  /// Ends it with `status`, soon, and lets go of what it holds of the store. From any thread.
  virtual void End(const absl::Status& status) = 0;
};

/// The long calls of those who run the service. Each works in steps on the workers, a step at a
/// time, with one message in flight; between steps it holds no thread. Thread-safe.
class AdminStreams {
 public:
  /// All outlive this and the calls it has taken.
  struct Ports {
    application::OrderTransfer& transfer;
    application::Telemetry& telemetry;
    WorkerPool& workers;
    CallGate& gate;
    ImportBarrier& imports;
    /// True: no command is under way.
    std::function<bool()> commands_are_idle;
    /// An import is complete: the store is to be opened anew. Called once, when the answer is given
    /// out; must not block.
    std::function<void()> on_imported;
    /// Blocks. See EmbeddedEventStore::BackUp.
    std::function<absl::StatusOr<v1::BackupResponse>(const std::string& folder,
                                                     absl::FunctionRef<bool()> is_cancelled)>
        back_up;
  };
  explicit AdminStreams(Ports ports);

  grpc::ServerWriteReactor<v1::ExportEventsResponse>* Export(grpc::CallbackServerContext& context);
  grpc::ServerReadReactor<v1::ImportEventsRequest>* Import(grpc::CallbackServerContext& context,
                                                           v1::ImportEventsResponse& response);
  grpc::ServerUnaryReactor* Backup(grpc::CallbackServerContext& context,
                                   const v1::BackupRequest& request, v1::BackupResponse& response);

  /// Takes no more, and ends those that are under way.
  void Stop();

  // For the calls.
  const Ports& ports() const { return ports_; }
  bool is_stopping() const { return stopping_.load(); }
  /// Runs `step` on a worker with a pass of the gate. False: it will not.
  bool Post(WorkerPool::Task step);
  void Forget(const AdminStream* stream);

 private:
  /// Error: why there is no room for one more.
  absl::Status Admit(std::shared_ptr<AdminStream> stream);

  const Ports ports_;
  std::atomic<bool> stopping_ = false;
  absl::Mutex mutex_;
  std::vector<std::shared_ptr<AdminStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace orders::api
