#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "application/ports/digest.h"

namespace orders::application {

/// Which list a page token continues.
enum class PageKind : std::uint8_t {
  kOrders = 1,
  kCustomerOrders = 2,
  kHistory = 3,
  kDeadLetters = 4,
  kDifferences = 5,
  kSales = 6,
  kSearch = 7,
  kStreams = 8,
  kStreamEvents = 9,
  kAllEvents = 10,
  kCorrelatedEvents = 11,
  kWebhookDeadLetters = 12,
  kStoreUsers = 13,
  kParkedMessages = 14,
};

/// Where the next page begins: after the row that was sorted by these.
struct PageCursor {
  std::int64_t number = 0;
  std::string text;
  bool operator==(const PageCursor&) const = default;
};

/// Opaque, URL-safe, and sealed: it holds for this service, this kind of list, and this `query`,
/// a text of everything that selects and sorts the rows.
std::string EncodePageToken(const Digest& digest, PageKind kind, std::string_view query,
                            const PageCursor& cursor);
/// Error: InvalidArgument (BAD_PAGE_TOKEN), the token was not made by EncodePageToken for this
/// kind and query.
absl::StatusOr<PageCursor> DecodePageToken(const Digest& digest, PageKind kind,
                                           std::string_view query, std::string_view token);

}  // namespace orders::application
