#include "api/calls/page_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "application/queries/order_query_handler.h"
#include "domain/order/validation.h"

namespace orders::api {

absl::StatusOr<std::size_t> RowsOfPage(int page_size) {
  if (page_size < 0) {
    return domain::ToStatus(
        {{.field = "page_size",
          .description = absl::StrCat("0 for ", application::kPageSizeDefault, ", or 1 to ",
                                      application::kPageSizeMax)}});
  }
  if (page_size == 0) return static_cast<std::size_t>(application::kPageSizeDefault);
  return static_cast<std::size_t>(std::min(page_size, application::kPageSizeMax));
}

}  // namespace orders::api
