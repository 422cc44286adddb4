#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http/openapi_schemas.h"

namespace orders::api {

// What the operations of the API's document have in common.

OpenApiJson OpenApiInfo(std::string_view version);
/// components.parameters: headers of requests, by their names.
OpenApiJson OpenApiRequestHeaders();
/// components.headers: those of answers.
OpenApiJson OpenApiAnswerHeaders();
/// References to some of them.
OpenApiJson OpenApiHeaderReferences(const std::vector<const char*>& names);
/// components.responses: a problem for each status, with its reasons, and Problem for all others.
OpenApiJson OpenApiProblems();
/// "Problem409".
std::string OpenApiProblemName(int status);
/// Those that an operation is documented with by themselves.
std::vector<int> OpenApiProblemStatuses(bool is_command);
/// `schemas` with Problem, which no message is.
OpenApiJson OpenApiWithProblem(OpenApiJson schemas);

}  // namespace orders::api
