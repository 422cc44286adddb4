#include "infrastructure/views/sqlite_search_view_writer.h"

#include <algorithm>
#include <utility>

#include "infrastructure/sqlite/statement.h"
#include "infrastructure/sqlite/transaction.h"
#include "infrastructure/views/write_states.h"

namespace orders::infrastructure {
namespace {

using application::SearchedLine;
using application::SearchOrderState;

constexpr char kColumns[] =
    "number,order_id,customer_id,is_created,create_time,revision,text_revision,doc";

// A row of kColumns.
absl::StatusOr<SearchOrderState> ReadState(const sqlite::Statement& row) {
  SearchOrderState state{
      .order_id = {std::string(row.ColumnText(1))},
      .customer_id = {std::string(row.ColumnText(2))},
      .create_time = absl::FromUnixMicros(row.ColumnInt64(4)),
      .position = static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.ColumnInt64(0))),
      .is_created = row.ColumnInt64(3) != 0,
      .revision = static_cast<std::uint64_t>(row.ColumnInt64(5)),
      .text_revision = static_cast<std::uint64_t>(row.ColumnInt64(6))};
  if (!UnpackSearchDoc(row.ColumnBlob(7), state)) {
    return absl::DataLossError("the row of a searched order cannot be read");
  }
  return state;
}

// `texts` stay until the statement has run.
void BindDocument(sqlite::Statement& statement, std::int64_t number, const SearchTexts& texts) {
  statement.BindInt64(1, number);
  int index = 1;
  for (const std::string& text : texts) statement.BindTextView(++index, text);
}

}  // namespace

SqliteSearchViewWriter::SqliteSearchViewWriter(std::unique_ptr<ViewFile> file,
                                               StateBufferOptions options)
    : file_(std::move(file)),
      options_(options),
      buffer_(file_->building() ? options.clean_bytes_max_building : options.clean_bytes_max_live) {
}

void SqliteSearchViewWriter::Discard() {
  buffer_.Clear();
  file_->dead_letters().Discard();
}

std::size_t SqliteSearchViewWriter::Held::bytes() const {
  std::size_t bytes = state.order_id.value.capacity() + state.customer_id.value.capacity() +
                      state.note.capacity() + state.lines.capacity() * sizeof(SearchedLine) +
                      state.tracking_codes.capacity() * sizeof(std::string);
  for (const SearchedLine& line : state.lines) bytes += line.sku.capacity() + line.title.capacity();
  for (const std::string& code : state.tracking_codes) bytes += code.capacity();
  return bytes;
}

absl::StatusOr<std::optional<std::uint64_t>> SqliteSearchViewWriter::FindRevision(
    const domain::OrderId& order, bool expect_new) {
  if (const Held* const held = buffer_.Find(order.value))
    return std::optional(held->state.revision);
  if (expect_new) return std::nullopt;
  static const std::string find =
      std::string("SELECT ") + kColumns + " FROM search_orders WHERE order_id=?";
  absl::StatusOr<sqlite::Statement*> read = file_->database().PrepareCached(find);
  if (!read.ok()) return read.status();
  (*read)->BindTextView(1, order.value);
  const sqlite::ResetAtExit reset(**read);
  const absl::StatusOr<bool> row = (*read)->Step();
  if (!row.ok()) return file_->NoteFailure(row.status());
  if (!*row) return std::nullopt;
  absl::StatusOr<SearchOrderState> state = ReadState(**read);
  if (!state.ok()) return file_->NoteFailure(state.status());
  Held held{.number = (*read)->ColumnInt64(0), .text_revision = state->text_revision};
  held.state = *std::move(state);
  return std::optional(buffer_.Keep(order.value, std::move(held)).state.revision);
}

void SqliteSearchViewWriter::Change(const domain::OrderId& order,
                                    absl::FunctionRef<void(SearchOrderState&)> change) {
  buffer_.Update(order.value, [&](Held& held) { change(held.state); });
}

absl::Status SqliteSearchViewWriter::Commit(const application::ViewCheckpoint& checkpoint) {
  const absl::Status committed = file_->Commit(checkpoint, [this] { return WriteOrders(); });
  if (!committed.ok()) {
    Discard();
    return committed;
  }
  buffer_.MarkWritten();
  return absl::OkStatus();
}

absl::Status SqliteSearchViewWriter::WriteOrders() {
  // In the order of the table, and of the index's rows: FTS5 takes only rising ones without a
  // segment for each.
  return WriteStates(
      *file_, buffer_,
      [](const Buffer::Node& a, const Buffer::Node& b) {
        return a.second.state.state.position < b.second.state.state.position;
      },
      [this](Buffer::Node& node) { return Write(node); });
}

absl::Status SqliteSearchViewWriter::Write(Buffer::Node& node) {
  Held& held = node.second.state;
  const bool is_new = held.number == 0;
  const bool has_other_text = is_new || held.text_revision != held.state.text_revision;
  const bool is_indexed = has_other_text && !file_->building();
  if (is_indexed && !is_new) {
    // Before the row changes: it still says which words it had.
    if (absl::Status forgot = ForgetDocument(held.number); !forgot.ok()) return forgot;
  }
  std::int64_t number = held.number;
  if (is_new) {
    number = static_cast<std::int64_t>(held.state.position);
    if (number <= 0) {
      const absl::StatusOr<std::int64_t> given = NumberWithoutPlace();
      if (!given.ok()) return given.status();
      number = *given;
    }
  }
  if (absl::Status written = WriteRow(number, held, has_other_text); !written.ok()) return written;
  if (is_indexed && held.state.is_created) {
    if (absl::Status added = AddDocument(number, held.state); !added.ok()) return added;
  }
  held.number = number;
  held.text_revision = held.state.text_revision;
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> SqliteSearchViewWriter::NumberWithoutPlace() {
  return file_->database().QueryInt64("SELECT min(0,ifnull(min(number),0))-1 FROM search_orders");
}

absl::Status SqliteSearchViewWriter::WriteRow(std::int64_t number, const Held& held,
                                              bool has_other_text) {
  const SearchOrderState& state = held.state;
  absl::StatusOr<sqlite::Statement*> write = file_->database().PrepareCached(
      held.number == 0
          ? "INSERT INTO search_orders(number,revision,text_revision,doc,customer_id,is_created,"
            "order_id,create_time) VALUES(?1,?2,?3,?4,?5,?6,?7,?8)"
      : has_other_text
          ? "UPDATE search_orders SET revision=?2,text_revision=?3,doc=?4,customer_id=?5,"
            "is_created=?6 WHERE number=?1"
          : "UPDATE search_orders SET revision=?2 WHERE number=?1");
  if (!write.ok()) return write.status();
  (*write)->BindInt64(1, number).BindInt64(2, static_cast<std::int64_t>(state.revision));
  std::string doc;
  if (has_other_text) {
    doc = PackSearchDoc(state);
    (*write)
        ->BindInt64(3, static_cast<std::int64_t>(state.text_revision))
        .BindBlobView(4, doc)
        .BindTextView(5, state.customer_id.value)
        .BindInt64(6, state.is_created ? 1 : 0);
  }
  if (held.number == 0) {
    (*write)
        ->BindTextView(7, state.order_id.value)
        .BindInt64(8, absl::ToUnixMicros(state.create_time));
  }
  return (*write)->Run();
}

absl::Status SqliteSearchViewWriter::ForgetDocument(std::int64_t number) {
  static const std::string find =
      std::string("SELECT ") + kColumns + " FROM search_orders WHERE number=?";
  absl::StatusOr<sqlite::Statement*> read = file_->database().PrepareCached(find);
  if (!read.ok()) return read.status();
  (*read)->BindInt64(1, number);
  const sqlite::ResetAtExit reset(**read);
  const absl::StatusOr<bool> row = (*read)->Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::DataLossError("the row of a searched order is missing");
  const absl::StatusOr<SearchOrderState> before = ReadState(**read);
  if (!before.ok()) return before.status();
  if (!before->is_created) return absl::OkStatus();
  absl::StatusOr<sqlite::Statement*> remove = file_->database().PrepareCached(
      "INSERT INTO documents(documents,rowid,order_id,customer_id,sku,title,note,tracking_code)"
      " VALUES('delete',?1,?2,?3,?4,?5,?6,?7)");
  if (!remove.ok()) return remove.status();
  const SearchTexts texts = SearchTextsOf(*before);
  BindDocument(**remove, number, texts);
  return (*remove)->Run();
}

absl::Status SqliteSearchViewWriter::AddDocument(std::int64_t number,
                                                 const SearchOrderState& state) {
  absl::StatusOr<sqlite::Statement*> insert = file_->database().PrepareCached(
      "INSERT INTO documents(rowid,order_id,customer_id,sku,title,note,tracking_code)"
      " VALUES(?1,?2,?3,?4,?5,?6,?7)");
  if (!insert.ok()) return insert.status();
  const SearchTexts texts = SearchTextsOf(state);
  BindDocument(**insert, number, texts);
  return (*insert)->Run();
}

absl::Status SqliteSearchViewWriter::FillDocuments() {
  sqlite::Database& database = file_->database();
  absl::Status emptied = database.Execute("INSERT INTO documents(documents) VALUES('delete-all');");
  if (!emptied.ok()) return emptied;
  absl::StatusOr<sqlite::Statement> read = database.Prepare(
      std::string("SELECT ") + kColumns + " FROM search_orders WHERE is_created=1 ORDER BY number");
  if (!read.ok()) return read.status();
  for (std::size_t rows = 1;; ++rows) {
    if (rows % ViewFile::kRowsBetweenChecks == 0) {
      if (absl::Status stop = file_->CheckInterrupted(); !stop.ok()) return stop;
    }
    const absl::StatusOr<bool> row = read->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    const absl::StatusOr<SearchOrderState> state = ReadState(*read);
    if (!state.ok()) return state.status();
    if (absl::Status added = AddDocument(read->ColumnInt64(0), *state); !added.ok()) return added;
  }
}

absl::Status SqliteSearchViewWriter::FinishBuild() {
  Discard();
  // The words in a commit of their own: the file is still building after it, and a second start
  // fills them again.
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(file_->database(), sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  absl::Status filled = FillDocuments();
  if (filled.ok()) filled = transaction->Commit();
  if (!filled.ok()) return file_->NoteFailure(filled);
  if (absl::Status finished = file_->FinishBuild(); !finished.ok()) return finished;
  buffer_.set_clean_bytes_max(options_.clean_bytes_max_live);
  return absl::OkStatus();
}

}  // namespace orders::infrastructure
