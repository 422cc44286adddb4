#include "infrastructure/access/token_file.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "domain/order/validation.h"
#include "infrastructure/access/base64url.h"
#include "infrastructure/access/caller_name.h"
#include "infrastructure/access/file_bytes.h"
#include "infrastructure/runtime/openssl_digest.h"

// Errors are values here as well.
#define TOML_EXCEPTIONS 0
#include "toml++/toml.h"

namespace orders::infrastructure {
namespace {

using application::Caller;
using application::Role;
using application::Sha256;

constexpr double kCallsPerSecondMax = 1'000'000;

application::Sha256 HashOfToken(std::string_view token) {
  static const OpensslDigest& digest = *new OpensslDigest("");
  return digest.Hash(token);
}

/// Reads one file; what is wrong first is the error.
class TokenFileReader {
 public:
  TokenFileReader(std::string path, double calls_per_second_max)
      : path_(std::move(path)), calls_per_second_max_(calls_per_second_max) {}

  /// The [[token]]s of a file, or null if there are none.
  absl::StatusOr<const toml::array*> FindTokens(const toml::table& file) const {
    const toml::array* tokens = nullptr;
    for (const auto& [key, node] : file) {
      if (key.str() != "token") {
        return Refuse(key.source(), absl::StrCat(std::string(key.str()),
                                                 " is no part of a file of tokens: only [[token]] "
                                                 "is"));
      }
      tokens = node.as_array();
      if (tokens == nullptr || !std::all_of(tokens->begin(), tokens->end(),
                                            [](const toml::node& one) { return one.is_table(); })) {
        return Refuse(key.source(), "token is a list of tables: write [[token]] above each");
      }
      if (tokens->size() > kStaticTokensMax) {
        return Refuse(key.source(), absl::StrCat("has more than ", kStaticTokensMax, " tokens"));
      }
    }
    return tokens;
  }

  absl::StatusOr<std::pair<Sha256, Caller>> ReadToken(const toml::table& token) {
    Caller caller{.calls_per_second_max = calls_per_second_max_};
    std::optional<Sha256> hash;
    bool has_role = false;
    for (const auto& [key, node] : token) {
      const std::string_view name = key.str();
      absl::Status read;
      if (name == "name") {
        read = ReadName(node, caller.name);
      } else if (name == "sha256") {
        read = ReadHash(node, hash);
      } else if (name == "role") {
        read = ReadRole(node, caller.role);
        has_role = true;
      } else if (name == "customer") {
        read = ReadCustomer(node, caller.customer);
      } else if (name == "calls_per_second") {
        read = ReadCallsPerSecond(node, caller.calls_per_second_max);
      } else {
        read = Refuse(key.source(), absl::StrCat(std::string(name),
                                                 " is no part of a token: name, sha256, role, "
                                                 "customer and calls_per_second are"));
      }
      if (!read.ok()) return read;
    }
    for (const auto& [is_there, name] : {std::pair(!caller.name.empty(), "name"),
                                         {hash.has_value(), "sha256"},
                                         {has_role, "role"}}) {
      if (!is_there) {
        return Refuse(token.source(), absl::StrCat("this token has no ", name, ": add one"));
      }
    }
    return std::pair(*hash, std::move(caller));
  }

  absl::Status Refuse(const toml::source_region& source, const std::string& text) const {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, ":", source.begin.line, ":", source.begin.column, ": ", text));
  }

 private:
  absl::Status ReadName(const toml::node& node, std::string& name) {
    const auto* const text = node.as_string();
    if (text == nullptr || !IsCallerName(text->get())) {
      return Refuse(node.source(), absl::StrCat("name takes ", kCallerNameForm, ", in quotes"));
    }
    name = text->get();
    return CheckIsFirst("name", name, node.source());
  }

  absl::Status ReadHash(const toml::node& node, std::optional<Sha256>& hash) {
    const auto* const text = node.as_string();
    if (text == nullptr || text->get().size() != 2 * Sha256().size() ||
        !std::all_of(text->get().begin(), text->get().end(),
                     [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); })) {
      return Refuse(node.source(),
                    "sha256 takes 64 hex digits in quotes, as sha256sum prints them of the token");
    }
    const std::string bytes = absl::HexStringToBytes(text->get());
    hash.emplace();
    std::copy(bytes.begin(), bytes.end(), hash->begin());
    return CheckIsFirst("sha256", absl::AsciiStrToLower(text->get()), node.source());
  }

  absl::Status ReadRole(const toml::node& node, Role& role) const {
    const auto* const text = node.as_string();
    for (const auto& [name, named] :
         {std::pair("read", Role::kRead), {"write", Role::kWrite}, {"admin", Role::kAdmin}}) {
      if (text == nullptr || text->get() != name) continue;
      role = named;
      return absl::OkStatus();
    }
    return Refuse(node.source(), "role takes \"read\", \"write\" or \"admin\"");
  }

  absl::Status ReadCustomer(const toml::node& node, std::string& customer) const {
    const auto* const text = node.as_string();
    // An empty one would be everyone's: who means that leaves it out.
    if (text == nullptr || !domain::ValidateCustomerId({text->get()}).empty()) {
      return Refuse(node.source(),
                    "customer takes the id of a customer, in quotes; leave it out for all");
    }
    customer = text->get();
    return absl::OkStatus();
  }

  absl::Status ReadCallsPerSecond(const toml::node& node, double& calls_per_second) const {
    const std::optional<double> number =
        node.is_number() ? node.value<double>() : std::optional<double>();
    if (!number.has_value() || !std::isfinite(*number) || *number < 0 ||
        *number > kCallsPerSecondMax) {
      return Refuse(node.source(), absl::StrCat("calls_per_second takes a number from 0 (no bound) "
                                                "to ",
                                                static_cast<int>(kCallsPerSecondMax)));
    }
    calls_per_second = *number;
    return absl::OkStatus();
  }

  absl::Status CheckIsFirst(const char* key, const std::string& value,
                            const toml::source_region& source) {
    const auto [first, is_first] =
        lines_.emplace(std::pair(std::string(key), value), source.begin.line);
    if (is_first) return absl::OkStatus();
    return Refuse(source, absl::StrCat("the token of line ", first->second, " has this ", key,
                                       " too: each has its own"));
  }

  const std::string path_;
  const double calls_per_second_max_;
  /// Where each name and each hash stands first.
  std::map<std::pair<std::string, std::string>, toml::source_index> lines_;
};

}  // namespace

std::shared_ptr<const Caller> TokenTable::Find(std::string_view token) const {
  if (!token.starts_with(kStaticTokenPrefix)) return nullptr;
  // A word that a person has thought of is not taken, even if its hash is in the file: it could be
  // guessed from the hash.
  const auto random = DecodeBase64Url(token.substr(kStaticTokenPrefix.size()));
  if (!random.has_value() || random->size() != kStaticTokenRandomBytes) return nullptr;
  const auto found = callers_.find(HashOfToken(token));
  return found == callers_.end() ? nullptr : found->second;
}

absl::StatusOr<TokenTable> ReadTokenFile(const std::string& path, double calls_per_second_max) {
  const absl::StatusOr<std::string> text =
      ReadFileBytes(path, kTokenFileBytesMax, FileReaders::kOwnerOnly);
  if (!text.ok()) return text.status();
  TokenFileReader reader(path, calls_per_second_max);
  const toml::parse_result parsed = toml::parse(*text, std::string_view(path));
  if (!parsed) {
    return reader.Refuse(parsed.error().source(), std::string(parsed.error().description()));
  }
  const absl::StatusOr<const toml::array*> tokens = reader.FindTokens(parsed.table());
  if (!tokens.ok()) return tokens.status();
  TokenTable table;
  if (*tokens == nullptr) return table;
  for (const toml::node& node : **tokens) {
    absl::StatusOr<std::pair<Sha256, Caller>> token = reader.ReadToken(*node.as_table());
    if (!token.ok()) return token.status();
    table.callers_.emplace(token->first, std::make_shared<const Caller>(std::move(token->second)));
  }
  return table;
}

}  // namespace orders::infrastructure
