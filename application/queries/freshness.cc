#include "application/queries/freshness.h"

#include <optional>

#include "application/commands/request_errors.h"
#include "application/queries/token_codec.h"

namespace orders::application {
namespace {

constexpr std::uint8_t kPositionTokenVersion = 1;
constexpr std::size_t kPositionTokenBytesMax = 512;
constexpr std::size_t kChecksumBytes = 4;

// FNV-1a: finds a token that was cut or mistyped. It proves nothing about who made it: a position
// is no secret, and one that was never reached only waits.
std::string Checksum(std::string_view bytes) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char byte : bytes) hash = (hash ^ static_cast<std::uint8_t>(byte)) * 16'777'619U;
  std::string text;
  for (std::size_t i = 0; i < kChecksumBytes; ++i) {
    text.push_back(static_cast<char>(hash >> (8 * i)));
  }
  return text;
}

absl::Status BadPositionToken() {
  return MakeRequestError(absl::StatusCode::kInvalidArgument,
                          "min_position is not a token that this service made",
                          {.reason = "BAD_POSITION_TOKEN"});
}

}  // namespace

std::string EncodePositionToken(const StoreIdentity& store, const LogPosition& position) {
  TokenWriter writer;
  writer.Byte(kPositionTokenVersion);
  writer.Text(store.id);
  writer.Number(store.generation);
  writer.Number(position.commit);
  writer.Number(position.prepare);
  return ToTokenText(writer.bytes() + Checksum(writer.bytes()));
}

absl::StatusOr<LogPosition> DecodePositionToken(std::string_view token,
                                                const StoreIdentity& store) {
  if (token.size() > kPositionTokenBytesMax) return BadPositionToken();
  const std::optional<std::string> bytes = FromTokenText(token);
  if (!bytes.has_value() || bytes->size() < kChecksumBytes) return BadPositionToken();
  const std::string_view all = *bytes;
  const std::string_view body = all.substr(0, all.size() - kChecksumBytes);
  if (all.substr(body.size()) != Checksum(body)) return BadPositionToken();

  TokenReader reader(body);
  const std::uint8_t version = reader.Byte();
  StoreIdentity made_by;
  made_by.id = reader.Text();
  made_by.generation = reader.Number();
  LogPosition position;
  position.commit = reader.Number();
  position.prepare = reader.Number();
  if (version != kPositionTokenVersion || !reader.AtEnd()) return BadPositionToken();
  if (made_by != store) {
    return MakeRequestError(absl::StatusCode::kFailedPrecondition,
                            "min_position belongs to another store or to this one before it was "
                            "restored",
                            {.reason = "STORE_CHANGED"});
  }
  return position;
}

}  // namespace orders::application
