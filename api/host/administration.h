#pragma once

#include <functional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

#include "api/host/store_backend.h"
#include "api/runtime/worker_pool.h"
#include "application/ports/id_source.h"
#include "infrastructure/journal/journal_transfer.h"
#include "orders/v1/admin.pb.h"

namespace orders::api {

/// Two: a long step of one call does not keep the others out. The queue holds a step of each call.
inline constexpr WorkerPoolOptions kAdminWorkers{.threads = 2, .queue_size_max = 64};

/// How events are moved into the store of `backend`; both outlive the transfer.
infrastructure::JournalTransferOptions TransferOptions(const StoreBackend& backend,
                                                       application::IdSource& ids);

/// AdminStreams::Ports::back_up of `backend`, which outlives the function. `also` copies into the
/// folder what is not in the store.
std::function<absl::StatusOr<v1::BackupResponse>(const std::string&, absl::FunctionRef<bool()>)>
MakeBackUp(const StoreBackend& backend,
           std::function<absl::Status(const std::string& folder)> also);

}  // namespace orders::api
