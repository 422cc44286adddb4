#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "application/ports/view_writer.h"
#include "infrastructure/views/state_buffer.h"
#include "infrastructure/views/view_file.h"

namespace orders::infrastructure {

struct StateBufferOptions {
  /// Of states that are written already and kept for the order's next event. In a rebuild some
  /// 70,000 orders are under way at a time: less than they need costs a look-up for each event.
  std::size_t clean_bytes_max_building = 72 << 20;
  std::size_t clean_bytes_max_live = 8 << 20;
};

/// Writes the orders' read model. Holds the states as packed bytes, a quarter of their size as
/// objects, and writes each order once a commit.
class SqliteOrdersViewWriter final : public application::OrdersViewWriter {
 public:
  /// `file` is of OrdersSchema.
  SqliteOrdersViewWriter(std::unique_ptr<ViewFile> file, StateBufferOptions options);

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

  absl::StatusOr<std::optional<application::OrderView>> Load(const domain::OrderId& order,
                                                             bool expect_new) override;
  void Put(const application::OrderView& view) override;

 private:
  struct Packed {
    std::string doc;
    std::int64_t number = 0;  ///< Of the row; 0: there is none yet.
    std::uint64_t wide = 0;   ///< Fingerprint of the row's columns that rarely change.
    std::uint64_t skus = 0;   ///< Fingerprint of the row's skus.
    std::uint32_t work = 0;   ///< The row's work lists.
    std::size_t bytes() const { return doc.capacity(); }
  };
  using Buffer = StateBuffer<Packed>;

  absl::Status WriteAll();
  absl::Status Write(Buffer::Node& node);
  absl::Status ForgetSkus(std::int64_t number);
  absl::Status AddSkus(std::int64_t number, const application::OrderView& view);
  absl::Status FillSkus();

  const std::unique_ptr<ViewFile> file_;
  const StateBufferOptions options_;
  Buffer buffer_;
  std::string scratch_;            ///< Of Put: each doc is then allocated in its own size.
  std::int64_t last_number_ = -1;  ///< Given to a row; -1: not yet read.
};

}  // namespace orders::infrastructure
