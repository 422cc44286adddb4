#include <map>
#include <optional>
#include <utility>

#include <re2/re2.h>

#include "tests/architecture/source_rules.h"

namespace orders::architecture {
namespace {

/// What of a file opens or closes a scope.
constexpr char kScope[] =
    R"(\bnamespace\s*([\w:]*)\s*\{)"
    R"(|\b(?:struct|class|enum(?:\s+class)?)\s+([\w:]+)(?:\s+final)?\s*(?::[^{};()]*)?\{)"
    R"(|([{}]))";

/// Calls `found` with the full name of each type that is defined in a namespace that has a name.
template <typename Found>
void ForEachType(const SourceFile& file, Found found) {
  static const RE2* const scope = new RE2(kScope);
  const std::string code = WithoutCommentsAndStrings(file.text);
  re2::StringPiece rest(code);
  // Absent: no namespace, or one without a name: what is in it is not seen elsewhere.
  std::vector<std::optional<std::string>> open = {""};
  std::string space, type, brace;
  while (RE2::FindAndConsume(&rest, *scope, &space, &type, &brace)) {
    if (brace == "}") {
      if (open.size() > 1) open.pop_back();
    } else if (brace == "{") {
      open.push_back(std::nullopt);
    } else if (!type.empty()) {
      if (open.back().has_value() && !open.back()->empty()) found(*open.back() + type);
      open.push_back(std::nullopt);
    } else {
      const bool is_seen = open.back().has_value() && !space.empty();
      open.push_back(is_seen ? std::optional(*open.back() + space + "::") : std::nullopt);
    }
  }
}

}  // namespace

std::vector<std::string> RepeatedTypes(const std::vector<SourceFile>& files) {
  std::map<std::string, std::string> first;  // By full name: the file.
  std::vector<std::string> repeated;
  for (const SourceFile& file : files) {
    ForEachType(file, [&](const std::string& type) {
      const auto [known, is_new] = first.try_emplace(type, file.path);
      if (!is_new) {
        repeated.push_back(file.path + ": " + type + " is another type in " + known->second);
      }
    });
  }
  return repeated;
}

}  // namespace orders::architecture
