#include "tests/architecture/source_rules.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <regex>
#include <utility>

namespace orders::architecture {
namespace {

/// What the files of one folder may include. A project include is one that names a folder of ours.
struct Layer {
  std::string_view folder;
  std::vector<std::string_view> project;  ///< Prefixes of allowed project includes.
  bool third_party;                       ///< Libraries beside the standard library and Abseil.
};

// The first folder that a path starts with decides, so the narrower ones stand first. The words for
// people are in docs/architecture.md.
const std::vector<Layer>& Layers() {
  static const auto* const kLayers = new std::vector<Layer>{
      {"domain/", {"domain/"}, false},
      {"application/", {"application/", "domain/"}, false},
      {"infrastructure/eventstoredb/",
       {"infrastructure/eventstoredb/", "eventstoredb/", "event_store/"},
       true},
      {"infrastructure/node/",
       {"infrastructure/node/", "infrastructure/sqlite/", "eventstoredb/", "event_store/"},
       true},
      {"infrastructure/sqlite/", {"infrastructure/sqlite/"}, true},
      {"infrastructure/", {"infrastructure/", "eventstoredb/", "application/", "domain/"}, true},
      {"api/host/",
       {"api/", "infrastructure/", "eventstoredb/", "event_store/", "application/", "domain/",
        "orders/"},
       true},
      {"api/orderd_main.cc",
       {"api/", "infrastructure/", "eventstoredb/", "application/", "domain/", "orders/"},
       true},
      // The tool is a client: it knows the service by its messages alone.
      {"api/orderctl/", {"api/orderctl/", "domain/", "orders/"}, true},
      {"api/", {"api/", "application/", "domain/", "orders/"}, true},
  };
  return *kLayers;
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

bool IsCore(std::string_view path) {
  return path.starts_with("domain/") || path.starts_with("application/");
}

bool NamesOurFolder(std::string_view include) {
  for (const std::string_view folder :
       {"domain/", "application/", "infrastructure/", "eventstoredb/", "event_store/", "api/",
        "tests/", "orders/"}) {
    if (include.starts_with(folder)) return true;
  }
  return false;
}

/// C++ headers have no dot; the few C headers with one that the core may use are named.
bool IsStandard(std::string_view include) {
  return include.find_first_of("./") == std::string_view::npos;
}

std::string Joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all += part;
  return all;
}

std::string At(const SourceFile& file, int line, std::string_view what) {
  return Joined({file.path, ":", std::to_string(line), ": ", what});
}

/// Why `include` may not stand in `layer`; empty if it may.
std::string WhyNot(const Layer& layer, std::string_view include) {
  if (NamesOurFolder(include)) {
    const bool allowed =
        std::any_of(layer.project.begin(), layer.project.end(),
                    [&](std::string_view prefix) { return include.starts_with(prefix); });
    return allowed ? "" : Joined({layer.folder, " may not include ", include});
  }
  if (IsStandard(include) || include.starts_with("absl/")) return "";
  return layer.third_party ? "" : Joined({layer.folder, " knows no library: ", include});
}

void Blank(std::string& text, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < std::min(to, text.size()); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

/// The end of the raw string literal whose R stands at `at`, or `at` if none begins there.
std::size_t RawStringEnd(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "R\"") return at;
  const std::size_t open = text.find('(', at);
  if (open == std::string_view::npos) return at;
  const std::string close = Joined({")", text.substr(at + 2, open - at - 2), "\""});
  const std::size_t end = text.find(close, open);
  return end == std::string_view::npos ? text.size() : end + close.size();
}

/// The index after the closing quote of the literal that opens at `at`.
std::size_t LiteralEnd(std::string_view text, std::size_t at) {
  const char quote = text[at];
  std::size_t i = at + 1;
  while (i < text.size() && text[i] != quote && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
  return i + 1;
}

bool IsDigitSeparator(std::string_view text, std::size_t at) {
  return text[at] == '\'' && at > 0 && std::isxdigit(static_cast<unsigned char>(text[at - 1])) != 0;
}

}  // namespace

std::string WithoutCommentsAndStrings(std::string_view text) {
  std::string out(text);
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t end = i + 1;
    if (text.substr(i, 2) == "//") {
      end = std::min(text.find('\n', i), text.size());
      Blank(out, i, end);
    } else if (text.substr(i, 2) == "/*") {
      const std::size_t close = text.find("*/", i + 2);
      end = close == std::string_view::npos ? text.size() : close + 2;
      Blank(out, i, end);
    } else if (const std::size_t raw_end = RawStringEnd(text, i); raw_end != i) {
      end = raw_end;
      Blank(out, i + 2, end);
    } else if (text[i] == '"' || (text[i] == '\'' && !IsDigitSeparator(text, i))) {
      end = LiteralEnd(text, i);
      Blank(out, i + 1, end - 1);
    }
    i = end;
  }
  return out;
}

std::vector<std::string> WrongIncludes(const SourceFile& file) {
  const auto layer = std::find_if(Layers().begin(), Layers().end(), [&](const Layer& candidate) {
    return file.path.starts_with(candidate.folder);
  });
  std::vector<std::string> wrong;
  if (layer == Layers().end()) return wrong;  // tests/ may include what it tests: everything.
  static const std::regex kInclude(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"].*)");
  int number = 0;
  for (const std::string_view line : Lines(file.text)) {
    ++number;
    std::cmatch match;
    if (!std::regex_match(line.data(), line.data() + line.size(), match, kInclude)) continue;
    std::string why = WhyNot(*layer, match[1].str());
    if (!why.empty()) wrong.push_back(At(file, number, why));
  }
  return wrong;
}

std::vector<std::string> MissingPragmaOnce(const SourceFile& file) {
  if (!file.path.ends_with(".h")) return {};
  const std::string code = WithoutCommentsAndStrings(file.text);
  for (const std::string_view line : Lines(code)) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (line.starts_with("#pragma once")) return {};
    break;
  }
  return {At(file, 1, "does not begin with #pragma once")};
}

std::vector<std::string> TooLong(const SourceFile& file) {
  const auto lines = std::count(file.text.begin(), file.text.end(), '\n');
  if (lines <= kLinesMax) return {};
  return {
      At(file, kLinesMax + 1,
         Joined({"has ", std::to_string(lines), " lines; at most ", std::to_string(kLinesMax)}))};
}

std::vector<std::string> Nondeterminism(const SourceFile& file) {
  if (!IsCore(file.path)) return {};
  static const std::regex kForbidden(
      R"(\b(system_clock|steady_clock|high_resolution_clock|random_device|mt19937(_64)?|sleep_for)"
      R"(|sleep_until|usleep|nanosleep|gettimeofday|clock_gettime|getenv|BitGen|InsecureBitGen)\b)"
      R"(|\babsl::(Now|SleepFor|GetCurrentTimeNanos)\b)"
      R"(|\bstd::(async|jthread|thread::hardware_concurrency)\b)"
      R"(|(^|[^\w.>])(rand|srand|random|time|sleep)\s*\()");
  std::vector<std::string> found;
  int number = 0;
  const std::string code = WithoutCommentsAndStrings(file.text);
  for (const std::string_view line : Lines(code)) {
    ++number;
    std::cmatch match;
    if (!std::regex_search(line.data(), line.data() + line.size(), match, kForbidden)) continue;
    found.push_back(
        At(file, number,
           Joined({"time, sleep and chance come from ports, not from ", match[0].str()})));
  }
  return found;
}

std::vector<SourceFile> ReadSources(const std::string& root) {
  std::vector<SourceFile> files;
  for (const char* const folder : {"domain", "application", "infrastructure", "api", "tests"}) {
    const std::filesystem::path top = std::filesystem::path(root) / folder;
    if (!std::filesystem::exists(top)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(top)) {
      const std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file() || (extension != ".h" && extension != ".cc")) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      files.push_back(SourceFile{
          .path = std::filesystem::relative(entry.path(), root).generic_string(),
          .text = std::string(std::istreambuf_iterator<char>(in), {}),
      });
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace orders::architecture
