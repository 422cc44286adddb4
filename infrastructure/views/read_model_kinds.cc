#include "infrastructure/views/read_model_kinds.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"

#include "application/projections/customers_projection.h"
#include "application/projections/orders_projection.h"
#include "application/projections/sales_projection.h"
#include "application/projections/search_projection.h"
#include "domain/order/money_rules.h"
#include "infrastructure/views/order_archive.h"
#include "infrastructure/views/orders_tables.h"
#include "infrastructure/views/sales_tables.h"
#include "infrastructure/views/search_tables.h"
#include "infrastructure/views/sqlite_customers_view_writer.h"
#include "infrastructure/views/sqlite_orders_view_writer.h"
#include "infrastructure/views/sqlite_sales_view_writer.h"
#include "infrastructure/views/sqlite_search_view_writer.h"

namespace orders::infrastructure {
namespace {

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

absl::StatusOr<std::optional<std::string>> CheckOrder(std::string_view doc) {
  const absl::StatusOr<application::OrderView> view = UnpackOrder(doc);
  if (!view.ok()) return view.status();
  return domain::FindBrokenRule(view->order);
}

}  // namespace

ReadModelKind OrdersKind(const StateBufferOptions& buffers, application::OrderViewCache& cache) {
  return {.schema = OrdersSchema(),
          .tables = OrdersTables(),
          .fold =
              [buffers, &cache](std::unique_ptr<ViewFile> file) {
                return Fold<SqliteOrdersViewWriter, application::OrdersProjection>(std::move(file),
                                                                                   buffers, cache);
              },
          .check = CheckOrder};
}

ReadModelKind CustomersKind(const StateBufferOptions& buffers) {
  return {.schema = CustomersSchema(),
          .tables = CustomersTables(),
          .fold = [buffers](std::unique_ptr<ViewFile> file) {
            return Fold<SqliteCustomersViewWriter, application::CustomersProjection>(
                std::move(file), buffers);
          }};
}

ReadModelKind SalesKind(const StateBufferOptions& buffers) {
  return {.schema = SalesSchema(),
          .tables = SalesTables(),
          .fold = [buffers](std::unique_ptr<ViewFile> file) {
            return Fold<SqliteSalesViewWriter, application::SalesProjection>(std::move(file),
                                                                             buffers);
          }};
}

ReadModelKind SearchKind(const StateBufferOptions& buffers) {
  return {.schema = SearchSchema(),
          .tables = SearchTables(),
          .fold = [buffers](std::unique_ptr<ViewFile> file) {
            return Fold<SqliteSearchViewWriter, application::SearchProjection>(std::move(file),
                                                                               buffers);
          }};
}

}  // namespace orders::infrastructure
