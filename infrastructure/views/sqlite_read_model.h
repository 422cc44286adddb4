#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "application/ports/read_model.h"
#include "application/ports/telemetry.h"
#include "infrastructure/views/view_comparison.h"
#include "infrastructure/views/view_directory.h"
#include "infrastructure/views/view_file.h"

namespace orders::infrastructure {

/// A file with what writes it and what folds into it, destroyed in the opposite order.
struct FoldedFile {
  ViewFile* file = nullptr;  ///< The writer's.
  std::unique_ptr<application::ViewWriter> writer;
  std::unique_ptr<application::Projection> projection;
};

/// What one read model is made of.
struct ReadModelKind {
  ViewSchema schema;
  std::vector<ComparedTable> tables;
  std::function<FoldedFile(std::unique_ptr<ViewFile> file)> fold;
  RowCheck check;  ///< Of the rows of the first table; none: they are not looked at.
  /// From now on queries read the file at `path`.
  std::function<void(const std::string& path)> serve;
};

/// One read model's files in a folder.
class SqliteReadModel final : public application::ReadModel {
 public:
  struct Options {
    application::StoreIdentity store;
    std::string boot_id;
  };
  /// Opens the live file, and lets queries read it; makes a new one if there is none that can be
  /// used. `directory` and `telemetry` outlive this. Errors: those of the file system and SQLite.
  static absl::StatusOr<std::unique_ptr<SqliteReadModel>> Open(ReadModelKind kind,
                                                               const Options& options,
                                                               ViewDirectory& directory,
                                                               application::Telemetry& telemetry);

  std::string_view name() const override { return kind_.schema.name; }
  application::Projection* live() override { return live_.projection.get(); }
  absl::StatusOr<std::optional<application::ViewCheckpoint>> FrozenAt() override;
  bool HasUnfinished() const override;
  absl::Status OpenBeside(application::BesideUse use,
                          const std::vector<application::SkippedEvent>& skips) override;
  application::Projection* beside() override { return beside_.projection.get(); }
  absl::StatusOr<application::ViewComparison> Compare(
      absl::FunctionRef<bool()> is_cancelled) override;
  absl::StatusOr<application::ViewComparison> CompareAgain(
      const application::ViewComparison& suspects) override;
  absl::Status CheckRules(absl::FunctionRef<bool()> is_cancelled,
                          application::ViewComparison& comparison) override;
  absl::Status Switch() override;
  absl::Status DropBeside() override;
  void DropRetired() override;

 private:
  SqliteReadModel(ReadModelKind kind, Options options, ViewDirectory& directory,
                  application::Telemetry& telemetry)
      : kind_(std::move(kind)),
        options_(std::move(options)),
        directory_(directory),
        telemetry_(telemetry) {}

  absl::StatusOr<std::unique_ptr<ViewFile>> OpenFile(const std::string& name);
  ViewFileOptions FileOptions(const std::string& name) const;
  std::string BesidePath() const { return directory_.PathOf(beside_name_); }
  std::string LivePath() const { return directory_.PathOf(names().live); }
  ViewFileNames names() const { return directory_.NamesOf(kind_.schema.name); }

  const ReadModelKind kind_;
  const Options options_;
  ViewDirectory& directory_;
  application::Telemetry& telemetry_;
  FoldedFile live_;
  FoldedFile beside_;
  std::string beside_name_;  ///< Of the file that is open.
  FoldedFile retired_;
  std::string retired_name_;
};

}  // namespace orders::infrastructure
