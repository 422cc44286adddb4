#include "infrastructure/views/sqlite_views.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/views/orders_tables.h"
#include "infrastructure/views/view_file.h"
#include "infrastructure/views/view_names.h"

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

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteViews>> SqliteViews::Open(
    const SqliteViewsOptions& options, const application::StoreIdentity& store,
    application::Telemetry& telemetry) {
  std::unique_ptr<SqliteViews> views(new SqliteViews());
  views->directory_ = options.directory;
  if (options.directory.empty()) {
    absl::StatusOr<std::string> made = MakeTemporaryDirectory();
    if (!made.ok()) return made.status();
    views->directory_ = *std::move(made);
    views->is_temporary_ = true;
  } else {
    std::error_code error;
    std::filesystem::create_directories(options.directory, error);
    if (error) {
      return absl::ErrnoToStatus(error.value(), absl::StrCat("make ", options.directory));
    }
  }
  ViewGenerations live = ReadViewGenerations(views->directory_);
  const ViewGenerations before = live;
  const auto open = [&](const ViewSchema& schema) {
    const int generation = live.try_emplace(schema.name, 1).first->second;
    const std::string name = ViewFileName(schema.name, schema.version, generation);
    return ViewFile::Open(schema,
                          {.path = absl::StrCat(views->directory_, "/", name),
                           .store = store,
                           .boot_id = options.boot_id},
                          telemetry);
  };
  absl::StatusOr<std::unique_ptr<ViewFile>> orders = open(OrdersSchema());
  if (!orders.ok()) return orders.status();
  absl::StatusOr<std::unique_ptr<ViewFile>> customers = open(CustomersSchema());
  if (!customers.ok()) return customers.status();
  if (live != before) {
    const absl::Status named = WriteViewGenerations(views->directory_, live);
    if (!named.ok()) return named;
  }
  views->orders_ = std::make_unique<SqliteOrderViews>((*orders)->path(), options.readers);
  views->customers_ = std::make_unique<SqliteCustomerViews>((*customers)->path(), options.readers);
  views->orders_writer_ =
      std::make_unique<SqliteOrdersViewWriter>(*std::move(orders), options.buffers);
  views->customers_writer_ =
      std::make_unique<SqliteCustomersViewWriter>(*std::move(customers), options.buffers);
  return views;
}

SqliteViews::~SqliteViews() {
  // Readers first: the writers move their whole WAL when they close.
  orders_.reset();
  customers_.reset();
  orders_writer_.reset();
  customers_writer_.reset();
  if (!is_temporary_) return;
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

}  // namespace orders::infrastructure
