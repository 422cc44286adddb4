#include "infrastructure/views/sqlite_orders_view_writer.h"

#include <set>
#include <string_view>
#include <utility>

#include "absl/hash/hash.h"

#include "application/queries/order_summary.h"
#include "application/queries/work_list.h"
#include "domain/order/order.h"
#include "infrastructure/sqlite/statement.h"
#include "infrastructure/sqlite/transaction.h"
#include "infrastructure/views/order_archive.h"
#include "infrastructure/views/write_states.h"

namespace orders::infrastructure {
namespace {

using application::OrderSummary;
using application::OrderView;

bool IsActive(const OrderSummary& row) {
  return row.status != domain::OrderStatus::kCompleted &&
         row.status != domain::OrderStatus::kCancelled;
}

// An update that names an indexed column pays for its indexes even if the value stays.
std::uint64_t WideFingerprint(const OrderSummary& row) {
  return absl::HashOf(row.customer_id.value, row.currency.code().size(),
                      std::string(row.currency.code()), row.total.minor, IsActive(row),
                      absl::ToUnixMicros(row.create_time));
}

std::set<std::string_view> SkusOf(const OrderView& view) {
  std::set<std::string_view> skus;
  for (const domain::OrderLine& line : view.order.lines) skus.insert(line.line.sku.value);
  return skus;
}

std::uint64_t SkuFingerprint(const OrderView& view) {
  std::uint64_t fingerprint = view.order.lines.size();
  for (const domain::OrderLine& line : view.order.lines) {
    fingerprint = absl::HashOf(fingerprint, line.line.sku.value);
  }
  return fingerprint;
}

void BindNarrow(sqlite::Statement& statement, const OrderSummary& row, std::string_view doc) {
  statement.BindInt64(2, static_cast<std::int64_t>(row.status))
      .BindInt64(3, static_cast<std::int64_t>(row.payment))
      .BindInt64(4, static_cast<std::int64_t>(row.fulfilment))
      .BindInt64(5, row.held ? 1 : 0)
      .BindInt64(6, row.line_count)
      .BindInt64(7, static_cast<std::int64_t>(row.revision))
      .BindInt64(8, absl::ToUnixMicros(row.update_time))
      .BindBlobView(9, doc);
}
void BindWide(sqlite::Statement& statement, const OrderSummary& row) {
  statement.BindTextView(11, row.customer_id.value)
      .BindText(12, row.currency.code())
      .BindInt64(13, row.total.minor)
      .BindInt64(14, IsActive(row) ? 1 : 0)
      .BindInt64(15, absl::ToUnixMicros(row.create_time));
}

constexpr char kInsert[] =
    "INSERT INTO orders(number,status,payment,fulfilment,held,line_count,revision,update_time,doc,"
    "work,customer_id,currency,total,active,create_time,order_id)"
    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)";
constexpr char kUpdateNarrow[] =
    "UPDATE orders SET status=?2,payment=?3,fulfilment=?4,held=?5,line_count=?6,revision=?7,"
    "update_time=?8,doc=?9 WHERE number=?1";
constexpr char kUpdateWork[] =
    "UPDATE orders SET status=?2,payment=?3,fulfilment=?4,held=?5,line_count=?6,revision=?7,"
    "update_time=?8,doc=?9,work=?10 WHERE number=?1";
constexpr char kUpdateWide[] =
    "UPDATE orders SET status=?2,payment=?3,fulfilment=?4,held=?5,line_count=?6,revision=?7,"
    "update_time=?8,doc=?9,work=?10,customer_id=?11,currency=?12,total=?13,active=?14,"
    "create_time=?15 WHERE number=?1";

}  // namespace

SqliteOrdersViewWriter::SqliteOrdersViewWriter(std::unique_ptr<ViewFile> file,
                                               StateBufferOptions options)
    : file_(std::move(file)),
      options_(options),
      buffer_(file_->building() ? options.clean_bytes_max_building : options.clean_bytes_max_live) {
}

absl::StatusOr<std::optional<OrderView>> SqliteOrdersViewWriter::Load(const domain::OrderId& order,
                                                                      bool expect_new) {
  const auto unpack = [](std::string_view doc) -> absl::StatusOr<std::optional<OrderView>> {
    absl::StatusOr<OrderView> view = UnpackOrder(doc);
    if (!view.ok()) return view.status();
    return std::optional<OrderView>(*std::move(view));
  };
  if (const Packed* const held = buffer_.Find(order.value)) return unpack(held->doc);
  if (expect_new) return std::nullopt;

  absl::StatusOr<sqlite::Statement*> read =
      file_->database().PrepareCached("SELECT number, doc FROM orders WHERE order_id=?");
  if (!read.ok()) return read.status();
  (*read)->BindTextView(1, order.value);
  const sqlite::ResetAtExit reset(**read);
  const absl::StatusOr<bool> row = (*read)->Step();
  if (!row.ok()) return file_->NoteFailure(row.status());
  if (!*row) return std::nullopt;
  absl::StatusOr<std::optional<OrderView>> view = unpack((*read)->ColumnBlob(1));
  if (!view.ok()) return file_->NoteFailure(view.status());
  buffer_.Keep(order.value, {.doc = std::string((*read)->ColumnBlob(1)),
                             .number = (*read)->ColumnInt64(0),
                             .wide = WideFingerprint(application::Summarize(**view)),
                             .skus = SkuFingerprint(**view),
                             .work = application::WorkOf((*view)->order)});
  return view;
}

void SqliteOrdersViewWriter::Put(const OrderView& view) {
  PackOrder(view, scratch_);
  buffer_.Update(view.order.id.value, [&](Packed& packed) { packed.doc = scratch_; });
}

void SqliteOrdersViewWriter::Discard() {
  buffer_.Clear();
  file_->dead_letters().Discard();
}

absl::Status SqliteOrdersViewWriter::Commit(const application::ViewCheckpoint& checkpoint) {
  const absl::Status committed = file_->Commit(checkpoint, [this] { return WriteAll(); });
  if (!committed.ok()) {
    Discard();
    last_number_ = -1;
    return committed;
  }
  buffer_.MarkWritten();
  return absl::OkStatus();
}

absl::Status SqliteOrdersViewWriter::WriteAll() {
  absl::Status read = ReadLastNumber(*file_, "orders", last_number_);
  if (!read.ok()) return read;
  return WriteStates(*file_, buffer_, HasRowBefore<Buffer::Node>,
                     [this](Buffer::Node& node) { return Write(node); });
}

absl::Status SqliteOrdersViewWriter::Write(Buffer::Node& node) {
  Packed& packed = node.second.state;
  const absl::StatusOr<OrderView> view = UnpackOrder(packed.doc);
  if (!view.ok()) return view.status();
  const OrderSummary row = application::Summarize(*view);
  const std::uint64_t wide = WideFingerprint(row);
  const std::uint64_t skus = SkuFingerprint(*view);
  const std::uint32_t work = application::WorkOf(view->order);
  const bool is_new = packed.number == 0;
  const bool is_wide = is_new || wide != packed.wide;
  const bool has_other_work = is_wide || work != packed.work;
  const bool has_new_skus = is_new ? !view->order.lines.empty() : skus != packed.skus;

  absl::StatusOr<sqlite::Statement*> write =
      file_->database().PrepareCached(is_new           ? kInsert
                                      : is_wide        ? kUpdateWide
                                      : has_other_work ? kUpdateWork
                                                       : kUpdateNarrow);
  if (!write.ok()) return write.status();
  if (has_new_skus && !file_->building() && !is_new) {
    // Before the row changes: it still says which skus it had.
    if (absl::Status forgotten = ForgetSkus(packed.number); !forgotten.ok()) return forgotten;
  }
  const std::int64_t number = is_new ? last_number_ + 1 : packed.number;
  (*write)->BindInt64(1, number);
  BindNarrow(**write, row, packed.doc);
  if (has_other_work) (*write)->BindInt64(10, work);
  if (is_wide) BindWide(**write, row);
  if (is_new) (*write)->BindTextView(16, row.order_id.value);
  if (absl::Status written = (*write)->Run(); !written.ok()) return written;
  if (has_new_skus && !file_->building()) {
    if (absl::Status added = AddSkus(number, *view); !added.ok()) return added;
  }
  if (is_new) last_number_ = number;
  packed.number = number;
  packed.wide = wide;
  packed.skus = skus;
  packed.work = work;
  return absl::OkStatus();
}

absl::Status SqliteOrdersViewWriter::ForgetSkus(std::int64_t number) {
  absl::StatusOr<sqlite::Statement*> read =
      file_->database().PrepareCached("SELECT doc FROM orders WHERE number=?");
  if (!read.ok()) return read.status();
  (*read)->BindInt64(1, number);
  const sqlite::ResetAtExit reset(**read);
  const absl::StatusOr<bool> row = (*read)->Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::DataLossError("the row of a known order is missing");
  const absl::StatusOr<OrderView> before = UnpackOrder((*read)->ColumnBlob(0));
  if (!before.ok()) return before.status();
  absl::StatusOr<sqlite::Statement*> remove =
      file_->database().PrepareCached("DELETE FROM order_skus WHERE sku=? AND number=?");
  if (!remove.ok()) return remove.status();
  for (const std::string_view sku : SkusOf(*before)) {
    absl::Status removed = (*remove)->BindTextView(1, sku).BindInt64(2, number).Run();
    if (!removed.ok()) return removed;
  }
  return absl::OkStatus();
}

absl::Status SqliteOrdersViewWriter::AddSkus(std::int64_t number, const OrderView& view) {
  absl::StatusOr<sqlite::Statement*> insert =
      file_->database().PrepareCached("INSERT INTO order_skus(sku,number) VALUES(?,?)");
  if (!insert.ok()) return insert.status();
  for (const std::string_view sku : SkusOf(view)) {
    absl::Status added = (*insert)->BindTextView(1, sku).BindInt64(2, number).Run();
    if (!added.ok()) return added;
  }
  return absl::OkStatus();
}

// Collected as they come and then inserted in their order, which is several times faster than at
// random places of a growing table.
absl::Status SqliteOrdersViewWriter::FillSkus() {
  sqlite::Database& database = file_->database();
  absl::Status made = database.Execute(
      "CREATE TEMP TABLE IF NOT EXISTS found_skus(sku TEXT NOT NULL, number INTEGER NOT NULL);"
      "DELETE FROM found_skus;");
  if (!made.ok()) return made;
  absl::StatusOr<sqlite::Statement> read = database.Prepare("SELECT number, doc FROM orders");
  if (!read.ok()) return read.status();
  absl::StatusOr<sqlite::Statement> insert =
      database.Prepare("INSERT INTO found_skus(sku,number) VALUES(?,?)");
  if (!insert.ok()) return insert.status();
  for (std::size_t rows = 1;; ++rows) {
    if (rows % ViewFile::kRowsBetweenChecks == 0) {
      if (absl::Status stop = file_->CheckInterrupted(); !stop.ok()) return stop;
    }
    const absl::StatusOr<bool> row = read->Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const absl::StatusOr<OrderView> view = UnpackOrder(read->ColumnBlob(1));
    if (!view.ok()) return view.status();
    for (const std::string_view sku : SkusOf(*view)) {
      absl::Status added = insert->BindTextView(1, sku).BindInt64(2, read->ColumnInt64(0)).Run();
      if (!added.ok()) return added;
    }
  }
  read->Reset();
  return database.Execute(
      "DELETE FROM order_skus;"
      "INSERT INTO order_skus(sku,number) SELECT sku,number FROM found_skus ORDER BY sku,number;"
      "DELETE FROM found_skus;");
}

absl::Status SqliteOrdersViewWriter::FinishBuild() {
  buffer_.Clear();
  // The skus in a commit of their own: the file is still building after it, and a second start
  // fills them again.
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(file_->database(), sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  absl::Status filled = FillSkus();
  if (filled.ok()) filled = transaction->Commit();
  if (!filled.ok()) return file_->NoteFailure(filled);
  if (absl::Status finished = file_->FinishBuild(); !finished.ok()) return finished;
  buffer_.set_clean_bytes_max(options_.clean_bytes_max_live);
  return absl::OkStatus();
}

}  // namespace orders::infrastructure
