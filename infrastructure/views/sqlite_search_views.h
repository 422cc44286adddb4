#pragma once

#include <string>
#include <vector>

#include "application/ports/search_views.h"
#include "infrastructure/views/reader_pool.h"
#include "infrastructure/views/sqlite_order_views.h"

namespace orders::infrastructure {

/// Searches the search's read model. A page costs what lies in the index between its first and last
/// hit; a prefix besides that all the words that begin with it, once a search.
class SqliteSearchViews final : public application::SearchViews {
 public:
  SqliteSearchViews(const std::string& path, const ViewReaderOptions& options);
  absl::StatusOr<std::vector<application::SearchHit>> Search(
      const std::vector<application::SearchTerm>& terms, const domain::CustomerId& customer,
      std::optional<std::uint64_t> before, int hits_max, absl::Time deadline) override;

 private:
  ReaderPool readers_;
};

}  // namespace orders::infrastructure
