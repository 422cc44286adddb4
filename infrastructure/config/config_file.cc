#include "infrastructure/config/config_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <utility>

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

// Errors are values here as well.
#define TOML_EXCEPTIONS 0
#include "toml++/toml.h"

namespace orders::infrastructure {
namespace {

absl::Status Refuse(const std::string& place, std::string_view text) {
  return absl::FailedPreconditionError(absl::StrCat(place, ": ", std::string(text)));
}

std::string PlaceOf(const std::string& path, const toml::source_region& source) {
  return absl::StrCat(path, ":", source.begin.line, ":", source.begin.column);
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return Refuse(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return Refuse(path, "is no file");
  if (static_cast<std::size_t>(status.st_size) > kConfigBytesMax) {
    return Refuse(path, absl::StrCat("has more than ", kConfigBytesMax, " bytes"));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return Refuse(path, std::strerror(errno));
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.gcount() != static_cast<std::streamsize>(text.size())) {
    return Refuse(path, "changed while it was read");
  }
  return text;
}

/// Absent: of a kind that no setting takes.
std::optional<std::string> TextOf(const toml::node& node) {
  if (const auto* const text = node.as_string()) return text->get();
  if (const auto* const number = node.as_integer()) return absl::StrCat(number->get());
  if (const auto* const is_on = node.as_boolean()) return is_on->get() ? "true" : "false";
  const toml::array* const list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> parts;
  for (const toml::node& part : *list) {
    const auto* const text = part.as_string();
    if (text == nullptr || text->get().find(',') != std::string::npos) return std::nullopt;
    parts.push_back(text->get());
  }
  return absl::StrJoin(parts, ",");
}

}  // namespace

absl::StatusOr<ConfigValues> ReadConfigFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadWhole(path);
  if (!text.ok()) return text.status();
  const toml::parse_result parsed = toml::parse(*text, std::string_view(path));
  if (!parsed) {
    return Refuse(PlaceOf(path, parsed.error().source()), parsed.error().description());
  }
  ConfigValues values;
  for (const auto& [key, node] : parsed.table()) {
    const std::string place = PlaceOf(path, key.source());
    if (node.is_table() || node.is_array_of_tables()) {
      return Refuse(place, absl::StrCat("[", std::string(key.str()),
                                        "] is a table; settings stand outside of tables"));
    }
    std::optional<std::string> value = TextOf(node);
    if (!value.has_value()) {
      return Refuse(PlaceOf(path, node.source()),
                    absl::StrCat(std::string(key.str()),
                                 " takes a text in quotes, a whole number, true or false, or a "
                                 "list of texts"));
    }
    values.emplace(std::string(key.str()), ConfigValue{*std::move(value), place});
  }
  return values;
}

}  // namespace orders::infrastructure
