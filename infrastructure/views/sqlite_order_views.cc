#include "infrastructure/views/sqlite_order_views.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "application/commands/request_errors.h"
#include "infrastructure/sqlite/statement.h"
#include "infrastructure/sqlite/transaction.h"
#include "infrastructure/views/list_sql.h"
#include "infrastructure/views/order_archive.h"
#include "infrastructure/views/orders_tables.h"

namespace orders::infrastructure {
namespace {

using application::CustomerAnswer;
using application::CustomerOrder;
using application::CustomerTotals;
using application::OrderSummary;
using application::OrderView;

// A damaged row may hold any number.
template <typename Enum>
absl::StatusOr<Enum> ToEnum(std::int64_t number, Enum last) {
  if (number < 0 || number > static_cast<std::int64_t>(last)) {
    return absl::DataLossError("a row of a read model holds a state that is not known");
  }
  return static_cast<Enum>(number);
}

domain::Currency ToCurrency(std::string_view code) {
  return domain::Currency::Parse(code).value_or(domain::Currency());
}

absl::StatusOr<OrderSummary> ReadSummary(const sqlite::Statement& row) {
  const auto status = ToEnum(row.ColumnInt64(2), domain::OrderStatus::kCancelled);
  if (!status.ok()) return status.status();
  const auto payment = ToEnum(row.ColumnInt64(3), domain::PaymentStatus::kFailed);
  if (!payment.ok()) return payment.status();
  const auto fulfilment = ToEnum(row.ColumnInt64(4), domain::FulfilmentStatus::kDelivered);
  if (!fulfilment.ok()) return fulfilment.status();
  return OrderSummary{.order_id = {std::string(row.ColumnText(0))},
                      .customer_id = {std::string(row.ColumnText(1))},
                      .status = *status,
                      .payment = *payment,
                      .fulfilment = *fulfilment,
                      .held = row.ColumnInt64(5) != 0,
                      .currency = ToCurrency(row.ColumnText(6)),
                      .total = {row.ColumnInt64(7)},
                      .line_count = row.ColumnInt64(8),
                      .revision = static_cast<std::uint64_t>(row.ColumnInt64(9)),
                      .create_time = absl::FromUnixMicros(row.ColumnInt64(10)),
                      .update_time = absl::FromUnixMicros(row.ColumnInt64(11))};
}

absl::Status ReadTotals(sqlite::Database& database, const domain::CustomerId& customer,
                        CustomerAnswer& answer) {
  absl::StatusOr<sqlite::Statement*> read = database.PrepareCached(
      "SELECT currency,orders,confirmed,completed,cancelled,ordered,removed,captured,refunded,"
      "first_order_time,last_order_time FROM customer_totals WHERE customer_id=? ORDER BY "
      "currency");
  if (!read.ok()) return read.status();
  sqlite::Statement& row = **read;
  row.BindTextView(1, customer.value);
  const sqlite::ResetAtExit reset(row);
  while (true) {
    const absl::StatusOr<bool> found = row.Step();
    if (!found.ok()) return found.status();
    if (!*found) return absl::OkStatus();
    const absl::Time first = absl::FromUnixMicros(row.ColumnInt64(9));
    const absl::Time last = absl::FromUnixMicros(row.ColumnInt64(10));
    const bool is_first = answer.totals.empty();
    answer.first_order_time = is_first ? first : std::min(answer.first_order_time, first);
    answer.last_order_time = is_first ? last : std::max(answer.last_order_time, last);
    answer.totals.push_back(CustomerTotals{.currency = ToCurrency(row.ColumnText(0)),
                                           .orders = row.ColumnInt64(1),
                                           .confirmed = row.ColumnInt64(2),
                                           .completed = row.ColumnInt64(3),
                                           .cancelled = row.ColumnInt64(4),
                                           .ordered = {row.ColumnInt64(5)},
                                           .removed = {row.ColumnInt64(6)},
                                           .captured = {row.ColumnInt64(7)},
                                           .refunded = {row.ColumnInt64(8)}});
  }
}

absl::Status ReadOrders(sqlite::Database& database, const domain::CustomerId& customer,
                        const std::optional<application::CustomerOrderCursor>& after, int rows_max,
                        CustomerAnswer& answer) {
  absl::StatusOr<sqlite::Statement*> read = database.PrepareCached(
      after.has_value() ? "SELECT order_id,status,currency,total,create_time FROM customer_orders"
                          " WHERE customer_id=?1 AND (create_time,order_id)<(?3,?4)"
                          " ORDER BY create_time DESC,order_id DESC LIMIT ?2"
                        : "SELECT order_id,status,currency,total,create_time FROM customer_orders"
                          " WHERE customer_id=?1 ORDER BY create_time DESC,order_id DESC LIMIT ?2");
  if (!read.ok()) return read.status();
  sqlite::Statement& row = **read;
  row.BindTextView(1, customer.value).BindInt64(2, rows_max);
  if (after.has_value()) {
    row.BindInt64(3, absl::ToUnixMicros(after->create_time)).BindTextView(4, after->order_id.value);
  }
  const sqlite::ResetAtExit reset(row);
  while (true) {
    const absl::StatusOr<bool> found = row.Step();
    if (!found.ok()) return found.status();
    if (!*found) return absl::OkStatus();
    const auto status = ToEnum(row.ColumnInt64(1), domain::OrderStatus::kCancelled);
    if (!status.ok()) return status.status();
    answer.orders.push_back(CustomerOrder{.order_id = {std::string(row.ColumnText(0))},
                                          .status = *status,
                                          .currency = ToCurrency(row.ColumnText(2)),
                                          .total = {row.ColumnInt64(3)},
                                          .create_time = absl::FromUnixMicros(row.ColumnInt64(4))});
  }
}

}  // namespace

SqliteOrderViews::SqliteOrderViews(const std::string& path, const ViewReaderOptions& options)
    : points_(path, options.point_readers_max, options.cache_kib),
      lists_(path, options.list_readers_max, options.cache_kib) {}

absl::StatusOr<std::optional<OrderView>> SqliteOrderViews::Find(const domain::OrderId& order) {
  absl::StatusOr<ReaderPool::Lease> database = points_.Take(absl::InfiniteFuture());
  if (!database.ok()) return database.status();
  absl::StatusOr<sqlite::Statement*> read =
      (*database)->PrepareCached("SELECT doc FROM orders WHERE order_id=?");
  if (!read.ok()) return read.status();
  (*read)->BindTextView(1, order.value);
  const sqlite::ResetAtExit reset(**read);
  const absl::StatusOr<bool> row = (*read)->Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  absl::StatusOr<OrderView> view = UnpackOrder((*read)->ColumnBlob(0));
  if (!view.ok()) return view.status();
  return std::optional<OrderView>(*std::move(view));
}

absl::StatusOr<std::vector<OrderSummary>> SqliteOrderViews::List(
    const application::OrderListQuery& query, absl::Time deadline) {
  const ListSql sql = BuildListSql(query);
  absl::StatusOr<ReaderPool::Lease> database = lists_.Take(deadline);
  if (!database.ok()) return database.status();
  const bool asks_for_work =
      std::any_of(query.filter.terms.begin(), query.filter.terms.end(),
                  [](const auto& term) { return term.field == application::FilterField::kWork; });
  if (asks_for_work) {
    const absl::StatusOr<std::int64_t> version = (*database)->QueryInt64("PRAGMA user_version");
    if (!version.ok()) return version.status();
    if (*version < kOrdersSchemaWithWork) {
      return application::MakeRequestError(
          absl::StatusCode::kUnavailable,
          "the read model is of an older version without work lists; the next one is being built",
          {.reason = "NOT_YET_VISIBLE"});
    }
  }
  // Not kept: as many texts as there are shapes of filters.
  absl::StatusOr<sqlite::Statement> read = (*database)->Prepare(sql.text);
  if (!read.ok()) return read.status();
  for (std::size_t i = 0; i < sql.values.size(); ++i) {
    const int index = static_cast<int>(i) + 1;
    if (const auto* number = std::get_if<std::int64_t>(&sql.values[i])) {
      read->BindInt64(index, *number);
    } else {
      read->BindTextView(index, std::get<std::string>(sql.values[i]));
    }
  }
  std::vector<OrderSummary> rows;
  while (true) {
    const absl::StatusOr<bool> found = read->Step();
    if (!found.ok()) return found.status();
    if (!*found) return rows;
    absl::StatusOr<OrderSummary> row = ReadSummary(*read);
    if (!row.ok()) return row.status();
    rows.push_back(*std::move(row));
  }
}

SqliteCustomerViews::SqliteCustomerViews(const std::string& path, const ViewReaderOptions& options)
    : readers_(path, options.list_readers_max, options.cache_kib) {}

absl::StatusOr<std::optional<CustomerAnswer>> SqliteCustomerViews::Find(
    const domain::CustomerId& customer,
    const std::optional<application::CustomerOrderCursor>& after, int rows_max,
    absl::Time deadline) {
  absl::StatusOr<ReaderPool::Lease> database = readers_.Take(deadline);
  if (!database.ok()) return database.status();
  absl::StatusOr<sqlite::Transaction> snapshot =
      sqlite::Transaction::Begin(**database, sqlite::TransactionKind::kRead);
  if (!snapshot.ok()) return snapshot.status();
  CustomerAnswer answer{.customer_id = customer};
  absl::Status read = ReadTotals(**database, customer, answer);
  if (read.ok() && answer.totals.empty()) return std::nullopt;
  if (read.ok()) read = ReadOrders(**database, customer, after, rows_max, answer);
  if (!read.ok()) return read;
  return std::optional<CustomerAnswer>(std::move(answer));
}

}  // namespace orders::infrastructure
