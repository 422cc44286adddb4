#include "infrastructure/views/scratch_read_models.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/views/read_model_kinds.h"
#include "infrastructure/views/sqlite_sales_views.h"
#include "infrastructure/views/view_directory.h"
#include "infrastructure/views/view_file.h"

namespace orders::infrastructure {
namespace {

using application::View;

/// SQLite's file, and the log of what is not in it yet.
std::uint64_t SizeOnDisk(const std::string& path) {
  std::uint64_t bytes = 0;
  for (const char* const suffix : {"", "-wal"}) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path + suffix, error);
    if (!error) bytes += size;
  }
  return bytes;
}

class ScratchFile final : public application::ScratchReadModel {
 public:
  ScratchFile(View view, std::string path, FoldedFile folded, std::uint64_t free_bytes_min,
              const ViewReaderOptions& readers)
      : view_(view),
        path_(std::move(path)),
        free_bytes_min_(free_bytes_min),
        readers_(readers),
        folded_(std::move(folded)) {}
  ~ScratchFile() override {
    EndFolding();
    orders_.reset();
    customers_.reset();
    sales_.reset();
    DeleteViewFile(path_);
  }

  application::Projection& projection() override { return *folded_.projection; }
  void Finish() override {
    EndFolding();
    switch (view_) {
      case View::kOrders:
        orders_ = std::make_unique<SqliteOrderViews>(path_, readers_);
        break;
      case View::kCustomers:
        customers_ = std::make_unique<SqliteCustomerViews>(path_, readers_);
        break;
      case View::kSales:
        sales_ = std::make_unique<SqliteSalesViews>(path_, readers_);
        break;
      case View::kSearch:
        break;
    }
  }
  std::uint64_t bytes() const override { return SizeOnDisk(path_); }
  bool HasRoom() const override {
    std::error_code error;
    const std::filesystem::space_info disk = std::filesystem::space(path_, error);
    return error || disk.available > free_bytes_min_;
  }

  application::OrderViews* orders() override { return orders_.get(); }
  application::CustomerViews* customers() override { return customers_.get(); }
  application::SalesViews* sales() override { return sales_.get(); }

 private:
  // Nobody needs it after a crash: it is not synced.
  void EndFolding() {
    if (folded_.file != nullptr) folded_.file->Abandon();
    folded_.projection.reset();
    folded_.writer.reset();
    folded_.file = nullptr;
  }

  const View view_;
  const std::string path_;
  const std::uint64_t free_bytes_min_;
  const ViewReaderOptions readers_;
  FoldedFile folded_;
  std::unique_ptr<SqliteOrderViews> orders_;
  std::unique_ptr<SqliteCustomerViews> customers_;
  std::unique_ptr<SqliteSalesViews> sales_;
};

}  // namespace

SqliteScratchReadModels::SqliteScratchReadModels(Options options, application::StoreIdentity store,
                                                 application::Telemetry& telemetry)
    : options_(std::move(options)),
      store_(std::move(store)),
      telemetry_(telemetry),
      unused_cache_({}) {
  std::error_code ignored;  // What stands in the way is told by the first Make.
  std::filesystem::remove_all(options_.directory, ignored);
}

absl::StatusOr<std::unique_ptr<application::ScratchReadModel>> SqliteScratchReadModels::Make(
    View view) {
  ReadModelKind kind;
  switch (view) {
    case View::kOrders:
      kind = OrdersKind(options_.buffers, unused_cache_);
      break;
    case View::kCustomers:
      kind = CustomersKind(options_.buffers);
      break;
    case View::kSales:
      kind = SalesKind(options_.buffers);
      break;
    case View::kSearch:
      return absl::UnimplementedError("searches know no past");
  }
  std::error_code error;
  std::filesystem::create_directories(options_.directory, error);
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("make ", options_.directory));
  std::uint64_t number = 0;
  {
    const absl::MutexLock lock(&mutex_);
    number = ++made_;
  }
  const std::string path =
      absl::StrCat(options_.directory, "/", kind.schema.name, "-", number, ".db");
  absl::StatusOr<std::unique_ptr<ViewFile>> file =
      ViewFile::Open(kind.schema, {.path = path, .store = store_}, telemetry_);
  if (!file.ok()) return file.status();
  return std::make_unique<ScratchFile>(view, path, kind.fold(*std::move(file)),
                                       options_.free_bytes_min, options_.readers);
}

}  // namespace orders::infrastructure
