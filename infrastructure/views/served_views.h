#pragma once

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "application/ports/order_views.h"
#include "application/ports/sales_views.h"
#include "application/ports/search_views.h"

namespace orders::infrastructure {

/// The reader of a read model's live file. Whoever asks keeps the one that was live then, and its
/// file, until it has its answer. Thread-safe.
template <typename Views>
class Served {
 public:
  std::shared_ptr<Views> Get() const {
    const absl::ReaderMutexLock lock(&mutex_);
    return views_;
  }
  void Set(std::shared_ptr<Views> views) {
    const absl::MutexLock lock(&mutex_);
    views_.swap(views);  // The old one ends, if it does, after the lock.
  }

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<Views> views_ ABSL_GUARDED_BY(mutex_);
};

class ServedOrderViews final : public application::OrderViews,
                               public Served<application::OrderViews> {
 public:
  absl::StatusOr<std::optional<application::OrderView>> Find(
      const domain::OrderId& order) override {
    return Get()->Find(order);
  }
  absl::StatusOr<std::vector<application::OrderSummary>> List(
      const application::OrderListQuery& query, absl::Time deadline) override {
    return Get()->List(query, deadline);
  }
};

class ServedCustomerViews final : public application::CustomerViews,
                                  public Served<application::CustomerViews> {
 public:
  absl::StatusOr<std::optional<application::CustomerAnswer>> Find(
      const domain::CustomerId& customer,
      const std::optional<application::CustomerOrderCursor>& after, int rows_max,
      absl::Time deadline) override {
    return Get()->Find(customer, after, rows_max, deadline);
  }
};

class ServedSalesViews final : public application::SalesViews,
                               public Served<application::SalesViews> {
 public:
  absl::StatusOr<std::vector<application::SalesRow>> Report(const application::SalesQuery& query,
                                                            absl::Time deadline) override {
    return Get()->Report(query, deadline);
  }
};

class ServedSearchViews final : public application::SearchViews,
                                public Served<application::SearchViews> {
 public:
  absl::StatusOr<std::vector<application::SearchHit>> Search(
      const std::vector<application::SearchTerm>& terms, const domain::CustomerId& customer,
      std::optional<std::uint64_t> before, int hits_max, absl::Time deadline) override {
    return Get()->Search(terms, customer, before, hits_max, deadline);
  }
};

}  // namespace orders::infrastructure
