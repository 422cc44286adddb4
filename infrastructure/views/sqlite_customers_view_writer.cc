#include "infrastructure/views/sqlite_customers_view_writer.h"

#include <algorithm>
#include <limits>

#include "infrastructure/sqlite/statement.h"
#include "infrastructure/sqlite/transaction.h"
#include "infrastructure/views/write_states.h"

namespace orders::infrastructure {
namespace {

using application::CustomerDelta;
using application::CustomerOrderState;
using application::CustomerTotals;

/// A customer's open change: map node, key and sums.
constexpr std::size_t kCustomerDeltaBytes = sizeof(CustomerDelta) + 192;

void AddTo(std::int64_t& sum, std::int64_t change) {
  if (__builtin_add_overflow(sum, change, &sum)) sum = std::numeric_limits<std::int64_t>::max();
}

void AddTo(CustomerTotals& sum, const CustomerTotals& change) {
  AddTo(sum.orders, change.orders);
  AddTo(sum.confirmed, change.confirmed);
  AddTo(sum.completed, change.completed);
  AddTo(sum.cancelled, change.cancelled);
  AddTo(sum.ordered.minor, change.ordered.minor);
  AddTo(sum.removed.minor, change.removed.minor);
  AddTo(sum.captured.minor, change.captured.minor);
  AddTo(sum.refunded.minor, change.refunded.minor);
}

bool IsNothing(const CustomerTotals& change) {
  return change.orders == 0 && change.confirmed == 0 && change.completed == 0 &&
         change.cancelled == 0 && change.ordered.minor == 0 && change.removed.minor == 0 &&
         change.captured.minor == 0 && change.refunded.minor == 0;
}

}  // namespace

ViewSchema CustomersSchema() {
  return {.name = "customers",
          .version = 2,  // 2: dead letters.
          .tables =
              "CREATE TABLE customer_orders("
              " number INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE,"
              " customer_id TEXT NOT NULL, currency TEXT NOT NULL, status INTEGER NOT NULL,"
              " total INTEGER NOT NULL, removed INTEGER NOT NULL, captured INTEGER NOT NULL,"
              " refunded INTEGER NOT NULL, create_time INTEGER NOT NULL,"
              " revision INTEGER NOT NULL);"
              "CREATE TABLE customer_totals("
              " customer_id TEXT NOT NULL, currency TEXT NOT NULL, orders INTEGER NOT NULL,"
              " confirmed INTEGER NOT NULL, completed INTEGER NOT NULL,"
              " cancelled INTEGER NOT NULL, ordered INTEGER NOT NULL, removed INTEGER NOT NULL,"
              " captured INTEGER NOT NULL, refunded INTEGER NOT NULL,"
              " first_order_time INTEGER NOT NULL, last_order_time INTEGER NOT NULL,"
              " PRIMARY KEY(customer_id, currency)) WITHOUT ROWID;",
          .indexes = {"CREATE INDEX customer_orders_by_customer"
                      " ON customer_orders(customer_id, create_time, order_id);"}};
}

SqliteCustomersViewWriter::SqliteCustomersViewWriter(std::unique_ptr<ViewFile> file,
                                                     StateBufferOptions options)
    : file_(std::move(file)),
      options_(options),
      buffer_(file_->building() ? options.clean_bytes_max_building : options.clean_bytes_max_live) {
}

std::size_t SqliteCustomersViewWriter::pending_bytes() const {
  return buffer_.dirty_bytes() + deltas_.size() * kCustomerDeltaBytes;
}

void SqliteCustomersViewWriter::Discard() {
  buffer_.Clear();
  deltas_.clear();
  file_->dead_letters().Discard();
}

absl::StatusOr<std::optional<CustomerOrderState>> SqliteCustomersViewWriter::Load(
    const domain::OrderId& order, bool expect_new) {
  if (const Held* const held = buffer_.Find(order.value)) return std::optional(held->state);
  if (expect_new) return std::nullopt;
  absl::StatusOr<sqlite::Statement*> read = file_->database().PrepareCached(
      "SELECT number,customer_id,currency,status,total,removed,captured,refunded,create_time,"
      "revision FROM customer_orders WHERE order_id=?");
  if (!read.ok()) return read.status();
  sqlite::Statement& row = **read;
  row.BindTextView(1, order.value);
  const sqlite::ResetAtExit reset(row);
  const absl::StatusOr<bool> found = row.Step();
  if (!found.ok()) return file_->NoteFailure(found.status());
  if (!*found) return std::nullopt;
  const std::int64_t status = row.ColumnInt64(3);
  if (status < 0 || status > static_cast<std::int64_t>(domain::OrderStatus::kCancelled)) {
    return file_->NoteFailure(absl::DataLossError("a customer's order has no known status"));
  }
  Held held{
      .state = {.order_id = order,
                .customer_id = {std::string(row.ColumnText(1))},
                .currency = domain::Currency::Parse(row.ColumnText(2)).value_or(domain::Currency()),
                .status = static_cast<domain::OrderStatus>(status),
                .total = {row.ColumnInt64(4)},
                .removed = {row.ColumnInt64(5)},
                .captured = {row.ColumnInt64(6)},
                .refunded = {row.ColumnInt64(7)},
                .create_time = absl::FromUnixMicros(row.ColumnInt64(8)),
                .revision = static_cast<std::uint64_t>(row.ColumnInt64(9))},
      .number = row.ColumnInt64(0)};
  return std::optional(buffer_.Keep(order.value, std::move(held)).state);
}

void SqliteCustomersViewWriter::Put(const CustomerOrderState& state) {
  buffer_.Update(state.order_id.value, [&](Held& held) { held.state = state; });
}

void SqliteCustomersViewWriter::Add(const CustomerDelta& delta) {
  if (IsNothing(delta.change)) return;
  const auto [open, added] = deltas_.try_emplace(
      {delta.customer_id.value, std::string(delta.change.currency.code())}, delta);
  if (added) return;
  AddTo(open->second.change, delta.change);
  open->second.first_order_time = std::min(open->second.first_order_time, delta.first_order_time);
  open->second.last_order_time = std::max(open->second.last_order_time, delta.last_order_time);
}

absl::Status SqliteCustomersViewWriter::Commit(const application::ViewCheckpoint& checkpoint) {
  const absl::Status committed = file_->Commit(checkpoint, [this] {
    const absl::Status written = WriteOrders();
    return written.ok() ? WriteDeltas() : written;
  });
  if (!committed.ok()) {
    Discard();
    last_number_ = -1;
    return committed;
  }
  buffer_.MarkWritten();
  deltas_.clear();
  return absl::OkStatus();
}

absl::Status SqliteCustomersViewWriter::WriteOrders() {
  absl::Status read = ReadLastNumber(*file_, "customer_orders", last_number_);
  if (!read.ok()) return read;
  return WriteStates(*file_, buffer_, HasRowBefore<Buffer::Node>,
                     [this](Buffer::Node& node) { return Write(node); });
}

absl::Status SqliteCustomersViewWriter::Write(Buffer::Node& node) {
  Held& held = node.second.state;
  const CustomerOrderState& state = held.state;
  const bool is_new = held.number == 0;
  absl::StatusOr<sqlite::Statement*> write = file_->database().PrepareCached(
      is_new ? "INSERT INTO customer_orders(number,status,total,removed,captured,refunded,revision,"
               "order_id,customer_id,currency,create_time) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,"
               "?11)"
             : "UPDATE customer_orders SET status=?2,total=?3,removed=?4,captured=?5,refunded=?6,"
               "revision=?7 WHERE number=?1");
  if (!write.ok()) return write.status();
  const std::int64_t number = is_new ? last_number_ + 1 : held.number;
  (*write)
      ->BindInt64(1, number)
      .BindInt64(2, static_cast<std::int64_t>(state.status))
      .BindInt64(3, state.total.minor)
      .BindInt64(4, state.removed.minor)
      .BindInt64(5, state.captured.minor)
      .BindInt64(6, state.refunded.minor)
      .BindInt64(7, static_cast<std::int64_t>(state.revision));
  if (is_new) {
    (*write)
        ->BindTextView(8, state.order_id.value)
        .BindTextView(9, state.customer_id.value)
        .BindText(10, state.currency.code())
        .BindInt64(11, absl::ToUnixMicros(state.create_time));
  }
  if (absl::Status written = (*write)->Run(); !written.ok()) return written;
  if (is_new) last_number_ = number;
  held.number = number;
  return absl::OkStatus();
}

absl::Status SqliteCustomersViewWriter::WriteDeltas() {
  absl::StatusOr<sqlite::Statement*> add = file_->database().PrepareCached(
      "INSERT INTO customer_totals VALUES(?,?,?,?,?,?,?,?,?,?,?,?)"
      " ON CONFLICT(customer_id,currency) DO UPDATE SET orders=orders+excluded.orders,"
      " confirmed=confirmed+excluded.confirmed, completed=completed+excluded.completed,"
      " cancelled=cancelled+excluded.cancelled, ordered=ordered+excluded.ordered,"
      " removed=removed+excluded.removed, captured=captured+excluded.captured,"
      " refunded=refunded+excluded.refunded,"
      " first_order_time=min(first_order_time,excluded.first_order_time),"
      " last_order_time=max(last_order_time,excluded.last_order_time)");
  if (!add.ok()) return add.status();
  std::size_t rows = 0;
  for (const auto& [key, delta] : deltas_) {
    if (++rows % ViewFile::kRowsBetweenChecks == 0) {
      if (absl::Status stop = file_->CheckInterrupted(); !stop.ok()) return stop;
    }
    const CustomerTotals& change = delta.change;
    absl::Status added = (*add)
                             ->BindTextView(1, key.first)
                             .BindTextView(2, key.second)
                             .BindInt64(3, change.orders)
                             .BindInt64(4, change.confirmed)
                             .BindInt64(5, change.completed)
                             .BindInt64(6, change.cancelled)
                             .BindInt64(7, change.ordered.minor)
                             .BindInt64(8, change.removed.minor)
                             .BindInt64(9, change.captured.minor)
                             .BindInt64(10, change.refunded.minor)
                             .BindInt64(11, absl::ToUnixMicros(delta.first_order_time))
                             .BindInt64(12, absl::ToUnixMicros(delta.last_order_time))
                             .Run();
    if (!added.ok()) return added;
  }
  return absl::OkStatus();
}

absl::Status SqliteCustomersViewWriter::FinishBuild() {
  Discard();
  if (absl::Status finished = file_->FinishBuild(); !finished.ok()) return finished;
  buffer_.set_clean_bytes_max(options_.clean_bytes_max_live);
  return absl::OkStatus();
}

}  // namespace orders::infrastructure
