#include "infrastructure/views/sqlite_read_model.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"
#include "infrastructure/sqlite/transaction.h"

namespace orders::infrastructure {

using application::BesideUse;
using application::SkippedEvent;
using application::ViewComparison;

absl::StatusOr<std::unique_ptr<SqliteReadModel>> SqliteReadModel::Open(
    ReadModelKind kind, const Options& options, ViewDirectory& directory,
    application::Telemetry& telemetry) {
  std::unique_ptr<SqliteReadModel> model(
      new SqliteReadModel(std::move(kind), options, directory, telemetry));
  const ViewSchema& schema = model->kind_.schema;
  ViewFileNames names = model->names();
  if (!names.live.empty() && ViewFile::IsReadableOlder(schema, model->FileOptions(names.live))) {
    telemetry.Log(application::Severity::kWarning,
                  absl::StrCat("projection=", schema.name, " file=", names.live,
                               " is of an older version: it serves as it is until one of version ",
                               schema.version, " is built beside it"));
    directory.DeleteOthers(schema.name);
    model->kind_.serve(model->LivePath());
    return model;
  }
  const std::string of_version = absl::StrCat(schema.name, "-v", schema.version, "-");
  if (names.live.compare(0, of_version.size(), of_version) != 0) {
    // None yet, or one that is of no use; the name is given once it is there.
    names.live = directory.NewName(schema.name, schema.version);
  }
  absl::StatusOr<std::unique_ptr<ViewFile>> file = model->OpenFile(names.live);
  if (!file.ok()) return file.status();
  if (absl::Status named = directory.Name(schema.name, names); !named.ok()) return named;
  directory.DeleteOthers(schema.name);
  model->live_ = model->kind_.fold(*std::move(file));
  model->live_.projection->Promote([&] { model->kind_.serve(model->LivePath()); });
  return model;
}

ViewFileOptions SqliteReadModel::FileOptions(const std::string& name) const {
  return {.path = directory_.PathOf(name), .store = options_.store, .boot_id = options_.boot_id};
}

absl::StatusOr<std::unique_ptr<ViewFile>> SqliteReadModel::OpenFile(const std::string& name) {
  return ViewFile::Open(kind_.schema, FileOptions(name), telemetry_);
}

absl::StatusOr<std::optional<application::ViewCheckpoint>> SqliteReadModel::FrozenAt() {
  absl::StatusOr<std::unique_ptr<sqlite::Database>> database =
      sqlite::Database::Open({.path = LivePath(), .mode = sqlite::OpenMode::kQueryOnly});
  if (!database.ok()) return database.status();
  return ReadViewCheckpoint(**database);
}

bool SqliteReadModel::HasUnfinished() const { return !names().beside.empty(); }

absl::Status SqliteReadModel::OpenBeside(BesideUse use, const std::vector<SkippedEvent>& skips) {
  ViewFileNames next = names();
  const bool is_begun = use == BesideUse::kReplace && !next.beside.empty();
  beside_name_ =
      is_begun ? next.beside : directory_.NewName(kind_.schema.name, kind_.schema.version);
  if (use == BesideUse::kReplace) {
    // Named first: the next start goes on with it. One that is not named is deleted then.
    next.beside = beside_name_;
    if (absl::Status named = directory_.Name(kind_.schema.name, next); !named.ok()) return named;
  }
  absl::StatusOr<std::unique_ptr<ViewFile>> file = OpenFile(beside_name_);
  if (!file.ok()) return file.status();
  {
    absl::StatusOr<sqlite::Transaction> transaction =
        sqlite::Transaction::Begin((*file)->database(), sqlite::TransactionKind::kWrite);
    if (!transaction.ok()) return transaction.status();
    for (const SkippedEvent& skipped : skips) (*file)->dead_letters().PutSkip(skipped);
    absl::Status written = (*file)->dead_letters().Write();
    (*file)->dead_letters().Discard();
    if (written.ok()) written = transaction->Commit();
    if (!written.ok()) return written;
  }
  beside_ = kind_.fold(*std::move(file));
  return absl::OkStatus();
}

absl::StatusOr<ViewComparison> SqliteReadModel::Compare(absl::FunctionRef<bool()> is_cancelled) {
  return CompareViews(kind_.tables, LivePath(), BesidePath(), is_cancelled);
}

absl::StatusOr<ViewComparison> SqliteReadModel::CompareAgain(const ViewComparison& suspects) {
  return infrastructure::CompareAgain(kind_.tables, LivePath(), BesidePath(), suspects);
}

absl::Status SqliteReadModel::CheckRules(absl::FunctionRef<bool()> is_cancelled,
                                         ViewComparison& comparison) {
  if (!kind_.check) return absl::OkStatus();
  return CheckRows(kind_.tables.front(), kind_.check, BesidePath(), is_cancelled, comparison);
}

absl::Status SqliteReadModel::Switch() {
  const ViewFileNames before = names();
  if (absl::Status sealed = beside_.file->Seal(); !sealed.ok()) return sealed;
  telemetry_.Log(
      application::Severity::kInfo,
      absl::StrCat("projection=", domain::View(name()), " rebuild sealed file=", before.beside));
  absl::Status named = directory_.Name(kind_.schema.name, {.live = before.beside});
  if (!named.ok()) return named;
  telemetry_.Log(application::Severity::kInfo, absl::StrCat("projection=", domain::View(name()),
                                                            " rebuild named file=", before.beside));
  beside_.projection->Promote([&] { kind_.serve(directory_.PathOf(before.beside)); });
  retired_ = std::exchange(live_, std::exchange(beside_, {}));
  retired_name_ = before.live;
  beside_name_.clear();
  return absl::OkStatus();
}

absl::Status SqliteReadModel::DropBeside() {
  if (beside_.file != nullptr) beside_.file->Abandon();
  beside_.projection.reset();
  beside_.writer.reset();
  beside_.file = nullptr;
  if (!beside_name_.empty()) directory_.Delete(std::exchange(beside_name_, {}));
  return directory_.Name(kind_.schema.name, {.live = names().live});
}

void SqliteReadModel::DropRetired() {
  if (retired_name_.empty()) return;
  if (retired_.file != nullptr) retired_.file->Abandon();
  retired_.projection.reset();
  retired_.writer.reset();
  retired_.file = nullptr;
  directory_.Delete(std::exchange(retired_name_, {}));
}

}  // namespace orders::infrastructure
