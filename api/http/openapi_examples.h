#pragma once

#include <string_view>
#include <vector>

namespace orders::api {

/// A request that the API's document shows.
struct OpenApiExample {
  std::string_view rpc;      ///< "AddItem"
  std::string_view name;     ///< Of the example: "order".
  std::string_view request;  ///< All fields of the request as JSON, those of the path too.
  int status;                ///< What it is answered with.
};

/// One story: sent in this order to a service without orders, each is answered as it says.
const std::vector<OpenApiExample>& OpenApiExamples();

}  // namespace orders::api
