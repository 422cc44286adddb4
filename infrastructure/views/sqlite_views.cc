#include "infrastructure/views/sqlite_views.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "application/projections/customers_projection.h"
#include "application/projections/orders_projection.h"
#include "application/projections/sales_projection.h"
#include "application/projections/search_projection.h"
#include "infrastructure/views/orders_tables.h"
#include "infrastructure/views/sales_tables.h"
#include "infrastructure/views/search_tables.h"
#include "infrastructure/views/sqlite_customers_view_writer.h"
#include "infrastructure/views/sqlite_sales_view_writer.h"
#include "infrastructure/views/sqlite_sales_views.h"
#include "infrastructure/views/sqlite_search_view_writer.h"
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

template <typename Writer, typename Projection, typename... More>
FoldedFile Fold(std::unique_ptr<ViewFile> file, const StateBufferOptions& buffers, More&... more) {
  FoldedFile folded{.file = file.get()};
  auto writer = std::make_unique<Writer>(std::move(file), buffers);
  folded.projection = std::make_unique<Projection>(*writer, more...);
  folded.writer = std::move(writer);
  return folded;
}

std::vector<ComparedTable> OrdersTables() {
  return {{.name = "orders",
           .key = "order_id",
           .sub_key = "''",
           .columns =
               "customer_id,status,payment,fulfilment,held,active,work,currency,total,line_count,"
               "revision,create_time,update_time,doc"}};
}

std::vector<ComparedTable> CustomersTables() {
  return {{.name = "customer_orders",
           .key = "order_id",
           .sub_key = "''",
           .columns = "customer_id,currency,status,total,removed,captured,refunded,create_time,"
                      "revision"},
          {.name = "customer_totals",
           .key = "customer_id",
           .sub_key = "currency",
           .columns = "orders,confirmed,completed,cancelled,ordered,removed,captured,refunded,"
                      "first_order_time,last_order_time"}};
}

std::vector<ComparedTable> SalesTables() {
  const std::string figures = absl::StrJoin(
      kSalesColumns, ",", [](std::string* out, std::string_view column) { out->append(column); });
  return {
      {.name = "sales_orders",
       .key = "order_id",
       .sub_key = "''",
       .columns = "currency,status,lines,revision"},
      {.name = "day_sales", .key = "currency", .sub_key = "CAST(day AS TEXT)", .columns = figures},
      {.name = "sku_sales", .key = "sku", .sub_key = "day||' '||currency", .columns = figures}};
}

std::vector<ComparedTable> SearchTables() {
  return {{.name = "search_orders",
           .key = "order_id",
           .sub_key = "''",
           .columns = "customer_id,is_created,create_time,revision,text_revision,doc"}};
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
  const auto open = [&](ReadModelKind kind) {
    return SqliteReadModel::Open(std::move(kind), model_options, *views->directory_, telemetry);
  };

  auto orders = open({
      .schema = OrdersSchema(),
      .tables = OrdersTables(),
      .fold =
          [buffers = options.buffers, &cache](std::unique_ptr<ViewFile> file) {
            return Fold<SqliteOrdersViewWriter, application::OrdersProjection>(std::move(file),
                                                                               buffers, cache);
          },
      .serve =
          [&served = views->orders_, readers = options.readers](const std::string& path) {
            served.Set(std::make_shared<SqliteOrderViews>(path, readers));
          },
  });
  if (!orders.ok()) return orders.status();
  views->orders_model_ = *std::move(orders);

  auto customers = open({
      .schema = CustomersSchema(),
      .tables = CustomersTables(),
      .fold =
          [buffers = options.buffers](std::unique_ptr<ViewFile> file) {
            return Fold<SqliteCustomersViewWriter, application::CustomersProjection>(
                std::move(file), buffers);
          },
      .serve =
          [&served = views->customers_, readers = options.readers](const std::string& path) {
            served.Set(std::make_shared<SqliteCustomerViews>(path, readers));
          },
  });
  if (!customers.ok()) return customers.status();
  views->customers_model_ = *std::move(customers);

  auto sales = open({
      .schema = SalesSchema(),
      .tables = SalesTables(),
      .fold =
          [buffers = options.buffers](std::unique_ptr<ViewFile> file) {
            return Fold<SqliteSalesViewWriter, application::SalesProjection>(std::move(file),
                                                                             buffers);
          },
      .serve =
          [&served = views->sales_, readers = options.readers](const std::string& path) {
            served.Set(std::make_shared<SqliteSalesViews>(path, readers));
          },
  });
  if (!sales.ok()) return sales.status();
  views->sales_model_ = *std::move(sales);

  auto search = open({
      .schema = SearchSchema(),
      .tables = SearchTables(),
      .fold =
          [buffers = options.buffers](std::unique_ptr<ViewFile> file) {
            return Fold<SqliteSearchViewWriter, application::SearchProjection>(std::move(file),
                                                                               buffers);
          },
      .serve =
          [&served = views->search_, readers = options.readers](const std::string& path) {
            served.Set(std::make_shared<SqliteSearchViews>(path, readers));
          },
  });
  if (!search.ok()) return search.status();
  views->search_model_ = *std::move(search);
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
