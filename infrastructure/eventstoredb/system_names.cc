#include "eventstoredb/system_names.h"

#include "absl/strings/str_cat.h"

namespace eventstoredb {
namespace {

constexpr std::string_view kMetastreamPrefix = "$$";
constexpr std::string_view kGroupOnAllPrefix = "$persistentsubscription-$all::";

}  // namespace

bool IsMetastream(std::string_view stream) {
  return stream.size() > kMetastreamPrefix.size() && stream.starts_with(kMetastreamPrefix);
}

std::string MetastreamOf(std::string_view stream) {
  return absl::StrCat(std::string(kMetastreamPrefix), std::string(stream));
}

std::string_view StreamOfMetastream(std::string_view metastream) {
  return metastream.substr(kMetastreamPrefix.size());
}

bool IsHiddenFromAll(std::string_view stream) {
  if (!stream.starts_with('$')) return false;
  if (stream == "$epoch-information") return true;
  return stream.starts_with(kGroupOnAllPrefix) &&
         (stream.ends_with("-checkpoint") || stream.ends_with("-parked"));
}

}  // namespace eventstoredb
