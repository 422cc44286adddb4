#include "application/queries/page_token.h"

#include <optional>

#include "application/commands/request_errors.h"
#include "application/queries/token_codec.h"

namespace orders::application {
namespace {

constexpr std::uint8_t kPageTokenVersion = 1;
constexpr std::size_t kPageTokenBytesMax = 1'024;
/// Of the 32 that HMAC-SHA256 gives; RFC 2104 section 5 asks for at least half.
constexpr std::size_t kSealBytes = 16;

// The query is sealed with the cursor, not carried: a token of another query has another seal.
std::string Seal(const Digest& digest, PageKind kind, std::string_view query,
                 std::string_view body) {
  TokenWriter sealed;
  sealed.Text("orders page token");
  sealed.Byte(static_cast<std::uint8_t>(kind));
  sealed.Text(query);
  sealed.Text(body);
  const Sha256 seal = digest.Seal(sealed.bytes());
  return std::string(seal.begin(), seal.begin() + kSealBytes);
}

// Takes the same time wherever the first difference is.
bool SameBytes(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i])) ^
                  static_cast<unsigned>(static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

absl::Status BadPageToken() {
  return MakeRequestError(absl::StatusCode::kInvalidArgument,
                          "page_token is not from the page before, of the same list with the same "
                          "filter and order",
                          {.reason = "BAD_PAGE_TOKEN"});
}

}  // namespace

std::string EncodePageToken(const Digest& digest, PageKind kind, std::string_view query,
                            const PageCursor& cursor) {
  TokenWriter writer;
  writer.Byte(kPageTokenVersion);
  writer.Number(static_cast<std::uint64_t>(cursor.number));
  writer.Text(cursor.text);
  return ToTokenText(writer.bytes() + Seal(digest, kind, query, writer.bytes()));
}

absl::StatusOr<PageCursor> DecodePageToken(const Digest& digest, PageKind kind,
                                           std::string_view query, std::string_view token) {
  if (token.size() > kPageTokenBytesMax) return BadPageToken();
  const std::optional<std::string> bytes = FromTokenText(token);
  if (!bytes.has_value() || bytes->size() < kSealBytes) return BadPageToken();
  const std::string_view all = *bytes;
  const std::string_view body = all.substr(0, all.size() - kSealBytes);
  if (!SameBytes(all.substr(body.size()), Seal(digest, kind, query, body))) return BadPageToken();

  TokenReader reader(body);
  const std::uint8_t version = reader.Byte();
  PageCursor cursor;
  cursor.number = static_cast<std::int64_t>(reader.Number());
  cursor.text = reader.Text();
  if (version != kPageTokenVersion || !reader.AtEnd()) return BadPageToken();
  return cursor;
}

}  // namespace orders::application
