#include "api/host/start_failure.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "eventstoredb/node/embedded_event_store.h"

namespace orders::api {
namespace {

/// `text` as one word of a shell.
std::string ShellWord(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

/// The log lost its end: what cannot be undone is for a person to ask for, word by word.
std::string TruncationAdvice(std::uint64_t position, const std::string& data) {
  return absl::StrCat(
      "Nothing was changed. Restore the folder from a backup that is newer; or, to "
      "go on without what is lost, start once with: orderd serve --data ",
      ShellWord(data), " --accept-truncation ", position, " (and your other flags).");
}

}  // namespace

StartFailure DataFailure(const absl::Status& status, const std::string& path) {
  const auto failure = [&](ExitCode code, const std::string& advice) {
    return StartFailure{code, absl::StrCat("data ", path, ": ", status.message(), ". ", advice)};
  };
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
      if (const auto position = eventstoredb::TruncationToAccept(status)) {
        return failure(ExitCode::kDataDamaged, TruncationAdvice(*position, path));
      }
      return failure(ExitCode::kDataDamaged,
                     "Nothing was changed. Restore the folder from a backup.");
    case absl::StatusCode::kNotFound:
      return failure(ExitCode::kCannotCreate,
                     "Make the folder above it first, or name another with --data.");
    case absl::StatusCode::kOutOfRange:
      return failure(ExitCode::kCannotCreate, "Name a folder with --data.");
    case absl::StatusCode::kUnavailable:
      return failure(ExitCode::kIo, "Look at the disk and the system's log.");
    case absl::StatusCode::kResourceExhausted:
      return failure(ExitCode::kIo, "Free some space on the disk.");
    case absl::StatusCode::kAlreadyExists:
      return failure(ExitCode::kInUse, "Stop that process, or name another folder with --data.");
    case absl::StatusCode::kPermissionDenied:
      return failure(ExitCode::kNoPermission,
                     "Run as the folder's owner, or give this user the right to write there.");
    case absl::StatusCode::kFailedPrecondition:
      return failure(ExitCode::kConfig,
                     "Nothing was changed. Run the newer version, or name another folder with "
                     "--data.");
    case absl::StatusCode::kInvalidArgument:
      return failure(ExitCode::kConfig, "Correct the setting, or leave it out.");
    default:
      return failure(ExitCode::kInternal, "This is a bug; please report it.");
  }
}

StartFailure ListenFailure(const absl::Status& status, const std::string& setting) {
  const auto failure = [&](ExitCode code, const std::string& advice) {
    return StartFailure{code, absl::StrCat(setting, " ", status.message(), ". ", advice)};
  };
  switch (status.code()) {
    case absl::StatusCode::kAlreadyExists:
      return failure(
          ExitCode::kUnavailable,
          absl::StrCat("Stop what listens there, or name another address with --", setting, "."));
    case absl::StatusCode::kPermissionDenied:
      return failure(ExitCode::kNoPermission,
                     absl::StrCat("Name a port above 1023 with --", setting, "."));
    case absl::StatusCode::kInvalidArgument:
      return failure(ExitCode::kConfig,
                     absl::StrCat("Name an address of this machine with --", setting, "."));
    default:
      return failure(ExitCode::kInternal, "This is a bug; please report it.");
  }
}

}  // namespace orders::api
