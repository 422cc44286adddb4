#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "application/queries/page_token.h"
#include "infrastructure/runtime/openssl_digest.h"
#include "tests/fuzz/fuzz_target.h"

// The input: the text of the query, a line end, what a caller sends as page token.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using orders::fuzz::Demand;
  namespace application = orders::application;
  static const auto* const kDigest =
      new orders::infrastructure::OpensslDigest("the key of the fuzz target");

  std::string_view rest = orders::fuzz::AsText(data, size);
  const std::string_view query = orders::fuzz::TakeUntil(rest, '\n');
  constexpr application::PageKind kKind = application::PageKind::kOrders;

  const auto cursor = application::DecodePageToken(*kDigest, kKind, query, rest);
  if (cursor.ok()) {
    Demand(application::EncodePageToken(*kDigest, kKind, query, *cursor) == rest,
           "a token has one spelling");
  } else {
    Demand(cursor.status().code() == absl::StatusCode::kInvalidArgument,
           "a token that is refused is InvalidArgument");
  }

  // Any text may be where a page ends; the token of that place holds for its own list alone. Order
  // ids are far below 256 bytes.
  const application::PageCursor place{.number = static_cast<std::int64_t>(size),
                                      .text = std::string(rest.substr(0, 128))};
  const std::string token = application::EncodePageToken(*kDigest, kKind, query, place);
  const auto read = application::DecodePageToken(*kDigest, kKind, query, token);
  Demand(read.ok() && *read == place, "writing and reading keeps the place");
  Demand(
      !application::DecodePageToken(*kDigest, application::PageKind::kHistory, query, token).ok(),
      "a token is refused by another list");
  Demand(!application::DecodePageToken(*kDigest, kKind, std::string(query) + "x", token).ok(),
         "a token is refused by another query");
  std::string bent = token;
  bent[size % bent.size()] = bent[size % bent.size()] == 'A' ? 'B' : 'A';
  Demand(!application::DecodePageToken(*kDigest, kKind, query, bent).ok(),
         "a token with another character is refused");
  return 0;
}
