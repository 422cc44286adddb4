#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "application/ports/view_writer.h"
#include "infrastructure/views/sqlite_orders_view_writer.h"
#include "infrastructure/views/state_buffer.h"
#include "infrastructure/views/view_file.h"

namespace orders::infrastructure {

/// The tables of the customers' read model: customer_orders, one row an order; customer_totals,
/// one row a customer and currency. Units as in OrdersSchema.
ViewSchema CustomersSchema();

/// Writes the customers' read model: each order once a commit, and of each customer and currency
/// the sum of a commit's changes once.
class SqliteCustomersViewWriter final : public application::CustomersViewWriter {
 public:
  /// `file` is of CustomersSchema.
  SqliteCustomersViewWriter(std::unique_ptr<ViewFile> file, StateBufferOptions options);

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

  absl::StatusOr<std::optional<application::CustomerOrderState>> Load(const domain::OrderId& order,
                                                                      bool expect_new) override;
  void Put(const application::CustomerOrderState& state) override;
  void Add(const application::CustomerDelta& delta) override;

 private:
  struct Held {
    application::CustomerOrderState state;
    std::int64_t number = 0;  ///< Of the row; 0: there is none yet.
    std::size_t bytes() const {
      return state.order_id.value.capacity() + state.customer_id.value.capacity();
    }
  };
  using Buffer = StateBuffer<Held>;
  /// Customer and currency; ordered, so that a commit writes neighbours one after the other.
  using Deltas = std::map<std::pair<std::string, std::string>, application::CustomerDelta>;

  absl::Status WriteOrders();
  absl::Status Write(Buffer::Node& node);
  absl::Status WriteDeltas();

  const std::unique_ptr<ViewFile> file_;
  const StateBufferOptions options_;
  Buffer buffer_;
  Deltas deltas_;
  std::int64_t last_number_ = -1;  ///< Given to a row; -1: not yet read.
};

}  // namespace orders::infrastructure
