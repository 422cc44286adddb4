#include "api/host/administration.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "application/commands/request_errors.h"
#include "application/queries/freshness.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/journal/store_identity.h"

namespace orders::api {
namespace {

constexpr absl::Duration kRenewMax = absl::Seconds(10);

absl::Status Refused(const std::string& why) {
  return application::MakeRequestError(absl::StatusCode::kFailedPrecondition, why,
                                       {.reason = "NOT_ON_THIS_STORE"});
}

}  // namespace

infrastructure::JournalTransferOptions TransferOptions(const StoreBackend& backend,
                                                       application::IdSource& ids) {
  if (backend.embedded != nullptr) {
    return {.is_embedded = true, .mint_generation = [&backend] {
              const absl::Status asked = backend.embedded->RequestNewGeneration();
              if (!absl::IsFailedPrecondition(asked)) return asked;
              return Refused(
                  "a store in memory is not imported into: it must be opened anew after that");
            }};
  }
  return {.is_embedded = false, .mint_generation = [&backend, &ids] {
            return infrastructure::RenewStoreIdentity(*backend.store, ids.NewId(),
                                                      absl::Now() + kRenewMax);
          }};
}

std::function<absl::StatusOr<v1::BackupResponse>(const std::string&, absl::FunctionRef<bool()>)>
MakeBackUp(const StoreBackend& backend,
           std::function<absl::Status(const std::string& folder)> also) {
  return [&backend, also = std::move(also)](
             const std::string& folder,
             absl::FunctionRef<bool()> is_cancelled) -> absl::StatusOr<v1::BackupResponse> {
    if (backend.embedded == nullptr) {
      return Refused(
          "the events lie on a server, which has backups of its own; or use orderctl export");
    }
    const absl::StatusOr<eventstoredb::BackupSummary> done =
        backend.embedded->BackUp(folder, is_cancelled);
    if (!done.ok()) {
      const absl::StatusCode code =
          absl::IsOutOfRange(done.status()) || absl::IsNotFound(done.status())
              ? absl::StatusCode::kInvalidArgument
              : done.status().code();
      return application::MakeRequestError(code, std::string(done.status().message()),
                                           {.reason = "BACKUP_FAILED"});
    }
    if (const absl::Status copied = also(folder); !copied.ok()) {
      return application::MakeRequestError(
          copied.code(),
          absl::StrCat("the log was copied, and webhooks.db was not: ",
                       std::string(copied.message()), "; delete the folder, and try again"),
          {.reason = "BACKUP_FAILED"});
    }
    v1::BackupResponse response;
    response.set_bytes(static_cast<std::int64_t>(done->bytes));
    response.set_position_token(application::EncodePositionToken(
        backend.identity, {done->last_position, done->last_position}));
    return response;
  };
}

}  // namespace orders::api
