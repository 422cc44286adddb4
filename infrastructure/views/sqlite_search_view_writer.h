#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "application/ports/search_view_writer.h"
#include "infrastructure/views/search_tables.h"
#include "infrastructure/views/sqlite_orders_view_writer.h"
#include "infrastructure/views/state_buffer.h"
#include "infrastructure/views/view_file.h"

namespace orders::infrastructure {

/// Writes the search's read model: each order once a commit, and its words only when they changed;
/// in a build the words of all orders at the end, in the order of their numbers.
class SqliteSearchViewWriter final : public application::SearchViewWriter {
 public:
  /// `file` is of SearchSchema.
  SqliteSearchViewWriter(std::unique_ptr<ViewFile> file, StateBufferOptions options);

  absl::StatusOr<std::optional<application::ViewCheckpoint>> ReadCheckpoint() override {
    return file_->ReadCheckpoint();
  }
  bool building() const override { return file_->building(); }
  std::size_t pending_bytes() const override { return buffer_.dirty_bytes(); }
  absl::Status Commit(const application::ViewCheckpoint& checkpoint) override;
  void Discard() override;
  application::DeadLetterBox& dead_letters() override { return file_->dead_letters(); }
  absl::Status FinishBuild() override;
  void Interrupt() override { file_->Interrupt(); }

  absl::StatusOr<std::optional<std::uint64_t>> FindRevision(const domain::OrderId& order,
                                                            bool expect_new) override;
  void Change(const domain::OrderId& order,
              absl::FunctionRef<void(application::SearchOrderState&)> change) override;

 private:
  struct Held {
    application::SearchOrderState state;
    std::int64_t number = 0;          ///< Of the row; 0: there is none yet.
    std::uint64_t text_revision = 0;  ///< Of the row.
    std::size_t bytes() const;
  };
  using Buffer = StateBuffer<Held>;

  absl::Status WriteOrders();
  absl::Status Write(Buffer::Node& node);
  absl::Status WriteRow(std::int64_t number, const Held& held, bool has_other_text);
  /// For an order whose first event was passed over, so that nobody knows its place: below 0.
  absl::StatusOr<std::int64_t> NumberWithoutPlace();
  /// Takes out of the index what the row says is in it.
  absl::Status ForgetDocument(std::int64_t number);
  absl::Status AddDocument(std::int64_t number, const application::SearchOrderState& state);
  absl::Status FillDocuments();

  const std::unique_ptr<ViewFile> file_;
  const StateBufferOptions options_;
  Buffer buffer_;
};

}  // namespace orders::infrastructure
