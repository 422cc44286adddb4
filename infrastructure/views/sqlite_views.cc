#include "infrastructure/views/sqlite_views.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/views/read_model_kinds.h"
#include "infrastructure/views/sqlite_sales_views.h"
#include "infrastructure/views/sqlite_search_views.h"
#include "infrastructure/views/view_file.h"

namespace orders::infrastructure {
namespace {

absl::StatusOr<std::string> MakeTemporaryDirectory() {
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  if (error) return absl::FailedPreconditionError("there is no temporary folder");
  std::string name = (base / "orders-views-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return absl::ErrnoToStatus(errno, name);
  return name;
}

/// Opens a read model whose live file is read through `served` by a `Views` of its own.
template <typename Views>
absl::StatusOr<std::unique_ptr<SqliteReadModel>> OpenServed(ReadModelKind kind, auto& served,
                                                            const ViewReaderOptions& readers,
                                                            const SqliteReadModel::Options& options,
                                                            ViewDirectory& directory,
                                                            application::Telemetry& telemetry) {
  kind.serve = [&served, readers](const std::string& path) {
    served.Set(std::make_shared<Views>(path, readers));
  };
  return SqliteReadModel::Open(std::move(kind), options, directory, telemetry);
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteViews>> SqliteViews::Open(
    const SqliteViewsOptions& options, const application::StoreIdentity& store,
    application::OrderViewCache& cache, application::Telemetry& telemetry) {
  std::unique_ptr<SqliteViews> views(new SqliteViews());
  views->path_ = options.directory;
  if (options.directory.empty()) {
    absl::StatusOr<std::string> made = MakeTemporaryDirectory();
    if (!made.ok()) return made.status();
    views->path_ = *std::move(made);
    views->is_temporary_ = true;
  } else {
    std::error_code error;
    std::filesystem::create_directories(options.directory, error);
    if (error) {
      return absl::ErrnoToStatus(error.value(), absl::StrCat("make ", options.directory));
    }
  }
  views->directory_ = std::make_unique<ViewDirectory>(views->path_);
  const SqliteReadModel::Options model_options{.store = store, .boot_id = options.boot_id};

  auto orders =
      OpenServed<SqliteOrderViews>(OrdersKind(options.buffers, cache), views->orders_,
                                   options.readers, model_options, *views->directory_, telemetry);
  if (!orders.ok()) return orders.status();
  views->orders_model_ = *std::move(orders);

  auto customers = OpenServed<SqliteCustomerViews>(CustomersKind(options.buffers),
                                                   views->customers_, options.readers,
                                                   model_options, *views->directory_, telemetry);
  if (!customers.ok()) return customers.status();
  views->customers_model_ = *std::move(customers);

  auto sales =
      OpenServed<SqliteSalesViews>(SalesKind(options.buffers), views->sales_, options.readers,
                                   model_options, *views->directory_, telemetry);
  if (!sales.ok()) return sales.status();
  views->sales_model_ = *std::move(sales);

  auto search =
      OpenServed<SqliteSearchViews>(SearchKind(options.buffers), views->search_, options.readers,
                                    model_options, *views->directory_, telemetry);
  if (!search.ok()) return search.status();
  views->search_model_ = *std::move(search);
  views->past_models_ = std::make_unique<SqliteScratchReadModels>(
      SqliteScratchReadModels::Options{.directory = views->path_ + "/past",
                                       .free_bytes_min = options.free_bytes_min,
                                       .buffers = options.buffers,
                                       .readers = options.readers},
      store, telemetry);
  return views;
}

SqliteViews::~SqliteViews() {
  // Readers first: the writers move their whole WAL when they close.
  orders_.Set(nullptr);
  customers_.Set(nullptr);
  sales_.Set(nullptr);
  search_.Set(nullptr);
  orders_model_.reset();
  customers_model_.reset();
  sales_model_.reset();
  search_model_.reset();
  if (!is_temporary_) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace orders::infrastructure
