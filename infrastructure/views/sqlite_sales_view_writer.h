#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "application/ports/sales_view_writer.h"
#include "infrastructure/views/sqlite_orders_view_writer.h"
#include "infrastructure/views/state_buffer.h"
#include "infrastructure/views/view_file.h"

namespace orders::infrastructure {

/// Writes the sales' read model: each order once a commit, and of each day, sku and currency the
/// sum of a commit's changes once.
class SqliteSalesViewWriter final : public application::SalesViewWriter {
 public:
  /// `file` is of SalesSchema.
  SqliteSalesViewWriter(std::unique_ptr<ViewFile> file, StateBufferOptions options);

  absl::StatusOr<std::optional<application::ViewCheckpoint>> ReadCheckpoint() override {
    return file_->ReadCheckpoint();
  }
  bool building() const override { return file_->building(); }
  std::size_t pending_bytes() const override;
  absl::Status Commit(const application::ViewCheckpoint& checkpoint) override;
  void Discard() override;
  application::DeadLetterBox& dead_letters() override { return file_->dead_letters(); }
  absl::Status FinishBuild() override;
  void Interrupt() override { file_->Interrupt(); }

  absl::StatusOr<std::optional<application::SalesOrderState>> Load(const domain::OrderId& order,
                                                                   bool expect_new) override;
  void Put(application::SalesOrderState state) override;
  void Add(const application::SalesDelta& delta) override;

 private:
  struct Held {
    application::SalesOrderState state;
    std::int64_t number = 0;  ///< Of the row; 0: there is none yet.
    std::size_t bytes() const;
  };
  using Buffer = StateBuffer<Held>;
  /// Ordered as the tables are, so that a commit writes neighbours one after the other. Without a
  /// sku: of whole orders.
  using DeltaKey = std::tuple<std::int64_t, std::optional<std::string>, std::string>;

  absl::Status WriteOrders();
  absl::Status Write(Buffer::Node& node);
  absl::Status WriteDeltas();

  const std::unique_ptr<ViewFile> file_;
  const StateBufferOptions options_;
  Buffer buffer_;
  std::map<DeltaKey, application::SalesFigures> deltas_;
  std::int64_t last_number_ = -1;  ///< Given to a row; -1: not yet read.
};

}  // namespace orders::infrastructure
