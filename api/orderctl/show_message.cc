#include "api/orderctl/show_message.h"

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

#include "api/orderctl/json_text.h"

namespace orders::api {

void ShowMessage(Session& session, const google::protobuf::Message& answer,
                 absl::FunctionRef<std::string()> text) {
  switch (session.options().output) {
    case OutputForm::kTable:
      session.out().Write(text());
      break;
    case OutputForm::kJson:
      session.out().Write(JsonIndented(answer));
      break;
    case OutputForm::kNdjson:
      session.out().Write(JsonLine(answer));
      break;
  }
}

std::string Word(const std::string& enum_name, const std::string& prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(enum_name, prefix));
}

}  // namespace orders::api
