#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/orderctl/session.h"

namespace orders::api {

/// What a command ends with when it cannot go on; the user has been told why.
struct Exit {
  int code = 0;
};

grpc::Status AskReadModels(Session& session, v1::ListReadModelsResponse& answer);

/// The read models that `name` stands for: itself, or those there are for "all".
std::variant<std::vector<std::string>, Exit> ReadModelsNamed(Session& session,
                                                             const std::string& name);

enum class Building { kRebuild, kVerification };

/// "filling 40%"; "done, 2 differences".
std::string RebuildText(const v1::Rebuild& rebuild);

/// Waits until the read model's rebuild or verification is over, with progress on standard error.
/// Ctrl-C ends the wait alone.
std::variant<v1::ReadModel, Exit> WaitUntilBuilt(Session& session, const std::string& name,
                                                 Building building);

/// All that are kept of the last one, page by page, appended to `into`.
std::optional<Exit> FetchDifferences(Session& session, const std::string& name, Building building,
                                     v1::ListDifferencesResponse& into);

/// A table, or one difference a line.
void ShowDifferences(Session& session, const v1::ListDifferencesResponse& differences);

}  // namespace orders::api
