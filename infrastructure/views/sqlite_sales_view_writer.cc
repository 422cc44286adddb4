#include "infrastructure/views/sqlite_sales_view_writer.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "application/queries/token_codec.h"
#include "infrastructure/sqlite/statement.h"
#include "infrastructure/sqlite/transaction.h"
#include "infrastructure/views/sales_tables.h"
#include "infrastructure/views/write_states.h"

namespace orders::infrastructure {
namespace {

using application::SalesFigures;
using application::SalesLine;
using application::SalesOrderState;

/// An open change: map node, key and figures.
constexpr std::size_t kSalesDeltaBytes = sizeof(SalesFigures) + 192;

std::string PackLines(const std::vector<SalesLine>& lines) {
  application::TokenWriter packed;
  for (const SalesLine& line : lines) {
    packed.Number(static_cast<std::uint64_t>(line.id.value));
    packed.Number(static_cast<std::uint64_t>(line.quantity));
    packed.Text(line.sku.value);
  }
  return packed.bytes();
}

// False: the bytes are not what PackLines made.
bool UnpackLines(std::string_view bytes, std::vector<SalesLine>& lines) {
  application::TokenReader packed(bytes);
  while (packed.ok() && !packed.AtEnd()) {
    SalesLine line;
    line.id.value = static_cast<std::int32_t>(packed.Number());
    line.quantity = static_cast<std::int64_t>(packed.Number());
    line.sku.value = packed.Text();
    lines.push_back(std::move(line));
  }
  return packed.ok();
}

// "INSERT INTO day_sales VALUES(?,?,?...) ON CONFLICT(day,currency) DO UPDATE SET orders=...".
std::string AddSql(const char* table, const char* key, int key_columns) {
  std::vector<std::string> sums;
  for (const std::string_view column : kSalesColumns) {
    const std::string name(column);
    sums.push_back(absl::StrCat(name, "=", name, "+excluded.", name));
  }
  const std::vector<std::string> values(kSalesColumns.size(), "?");
  const std::vector<std::string> key_values(static_cast<std::size_t>(key_columns), "?");
  // The columns stand as the table has them: the key first.
  return absl::StrCat("INSERT INTO ", table, " VALUES(", absl::StrJoin(key_values, ","), ",",
                      absl::StrJoin(values, ","), ") ON CONFLICT(", key, ") DO UPDATE SET ",
                      absl::StrJoin(sums, ","));
}

}  // namespace

SqliteSalesViewWriter::SqliteSalesViewWriter(std::unique_ptr<ViewFile> file,
                                             StateBufferOptions options)
    : file_(std::move(file)),
      options_(options),
      buffer_(file_->building() ? options.clean_bytes_max_building : options.clean_bytes_max_live) {
}

std::size_t SqliteSalesViewWriter::Held::bytes() const {
  std::size_t bytes = state.order_id.value.capacity() + state.lines.capacity() * sizeof(SalesLine);
  for (const SalesLine& line : state.lines) bytes += line.sku.value.capacity();
  return bytes;
}

std::size_t SqliteSalesViewWriter::pending_bytes() const {
  return buffer_.dirty_bytes() + deltas_.size() * kSalesDeltaBytes;
}

void SqliteSalesViewWriter::Discard() {
  buffer_.Clear();
  deltas_.clear();
  file_->dead_letters().Discard();
}

absl::StatusOr<std::optional<SalesOrderState>> SqliteSalesViewWriter::Load(
    const domain::OrderId& order, bool expect_new) {
  if (const Held* const held = buffer_.Find(order.value)) return std::optional(held->state);
  if (expect_new) return std::nullopt;
  absl::StatusOr<sqlite::Statement*> read = file_->database().PrepareCached(
      "SELECT number,currency,status,lines,revision FROM sales_orders WHERE order_id=?");
  if (!read.ok()) return read.status();
  sqlite::Statement& row = **read;
  row.BindTextView(1, order.value);
  const sqlite::ResetAtExit reset(row);
  const absl::StatusOr<bool> found = row.Step();
  if (!found.ok()) return file_->NoteFailure(found.status());
  if (!*found) return std::nullopt;
  const std::int64_t status = row.ColumnInt64(2);
  Held held{
      .state = {.order_id = order,
                .currency = domain::Currency::Parse(row.ColumnText(1)).value_or(domain::Currency()),
                .status = static_cast<domain::OrderStatus>(status),
                .revision = static_cast<std::uint64_t>(row.ColumnInt64(4))},
      .number = row.ColumnInt64(0)};
  if (status < 0 || status > static_cast<std::int64_t>(domain::OrderStatus::kCancelled) ||
      !UnpackLines(row.ColumnBlob(3), held.state.lines)) {
    return file_->NoteFailure(absl::DataLossError("the row of a sold order cannot be read"));
  }
  return std::optional(buffer_.Keep(order.value, std::move(held)).state);
}

void SqliteSalesViewWriter::Put(SalesOrderState state) {
  const std::string order = state.order_id.value;
  buffer_.Update(order, [&](Held& held) { held.state = std::move(state); });
}

void SqliteSalesViewWriter::Add(const application::SalesDelta& delta) {
  SalesFigures change = delta.change;
  SalesFigures& sum =
      deltas_[{DayNumber(delta.day), delta.sku, std::string(delta.currency.code())}];
  const auto changes = SalesCells(change);
  const auto sums = SalesCells(sum);
  for (std::size_t i = 0; i < sums.size(); ++i) *sums[i] += *changes[i];
}

absl::Status SqliteSalesViewWriter::Commit(const application::ViewCheckpoint& checkpoint) {
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

absl::Status SqliteSalesViewWriter::WriteOrders() {
  absl::Status read = ReadLastNumber(*file_, "sales_orders", last_number_);
  if (!read.ok()) return read;
  return WriteStates(*file_, buffer_, HasRowBefore<Buffer::Node>,
                     [this](Buffer::Node& node) { return Write(node); });
}

absl::Status SqliteSalesViewWriter::Write(Buffer::Node& node) {
  Held& held = node.second.state;
  const SalesOrderState& state = held.state;
  const bool is_new = held.number == 0;
  absl::StatusOr<sqlite::Statement*> write = file_->database().PrepareCached(
      is_new ? "INSERT INTO sales_orders(number,status,lines,revision,order_id,currency)"
               " VALUES(?1,?2,?3,?4,?5,?6)"
             : "UPDATE sales_orders SET status=?2,lines=?3,revision=?4 WHERE number=?1");
  if (!write.ok()) return write.status();
  const std::int64_t number = is_new ? last_number_ + 1 : held.number;
  const std::string lines = PackLines(state.lines);
  (*write)
      ->BindInt64(1, number)
      .BindInt64(2, static_cast<std::int64_t>(state.status))
      .BindBlobView(3, lines)
      .BindInt64(4, static_cast<std::int64_t>(state.revision));
  if (is_new) {
    (*write)->BindTextView(5, state.order_id.value).BindText(6, state.currency.code());
  }
  if (absl::Status written = (*write)->Run(); !written.ok()) return written;
  if (is_new) last_number_ = number;
  held.number = number;
  return absl::OkStatus();
}

absl::Status SqliteSalesViewWriter::WriteDeltas() {
  static const std::string add_to_day = AddSql("day_sales", "day,currency", 2);
  static const std::string add_to_sku = AddSql("sku_sales", "day,sku,currency", 3);
  std::size_t rows = 0;
  for (auto& [key, figures] : deltas_) {
    if (++rows % ViewFile::kRowsBetweenChecks == 0) {
      if (absl::Status stop = file_->CheckInterrupted(); !stop.ok()) return stop;
    }
    const auto& [day, sku, currency] = key;
    absl::StatusOr<sqlite::Statement*> add =
        file_->database().PrepareCached(sku.has_value() ? add_to_sku : add_to_day);
    if (!add.ok()) return add.status();
    int index = 0;
    (*add)->BindInt64(++index, day);
    if (sku.has_value()) (*add)->BindTextView(++index, *sku);
    (*add)->BindTextView(++index, currency);
    for (const std::int64_t* const cell : SalesCells(figures)) (*add)->BindInt64(++index, *cell);
    if (absl::Status added = (*add)->Run(); !added.ok()) return added;
  }
  return absl::OkStatus();
}

absl::Status SqliteSalesViewWriter::FinishBuild() {
  Discard();
  if (absl::Status finished = file_->FinishBuild(); !finished.ok()) return finished;
  buffer_.set_clean_bytes_max(options_.clean_bytes_max_live);
  return absl::OkStatus();
}

}  // namespace orders::infrastructure
