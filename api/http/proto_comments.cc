#include "api/http/proto_comments.h"

#include <cstdint>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.pb.h"

namespace orders::api {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::EnumDescriptorProto;
using google::protobuf::FileDescriptorProto;
using google::protobuf::ServiceDescriptorProto;

/// "path" of a SourceCodeInfo.Location: numbers of fields and places in them, in turn.
using Path = std::vector<std::int32_t>;
using Locations = std::map<Path, std::string>;

/// Comments as they are written: each line after "// ".
std::string Joined(const std::string& comment) {
  std::string text;
  for (const absl::string_view line : absl::StrSplit(comment, '\n')) {
    const absl::string_view words = absl::StripAsciiWhitespace(line);
    if (!words.empty()) absl::StrAppend(&text, text.empty() ? "" : " ", words);
  }
  return text;
}

Path Below(Path path, std::int32_t field, int place) {
  path.push_back(field);
  path.push_back(place);
  return path;
}

class Walk {
 public:
  Walk(const FileDescriptorProto& file, absl::flat_hash_map<std::string, std::string>& comments)
      : comments_(comments) {
    for (const auto& location : file.source_code_info().location()) {
      if (location.has_leading_comments()) {
        locations_.emplace(Path(location.path().begin(), location.path().end()),
                           Joined(location.leading_comments()));
      }
    }
    for (int i = 0; i < file.message_type_size(); ++i) {
      Message(file.message_type(i), file.package(),
              {FileDescriptorProto::kMessageTypeFieldNumber, i});
    }
    for (int i = 0; i < file.enum_type_size(); ++i) {
      Enum(file.enum_type(i), file.package(), {FileDescriptorProto::kEnumTypeFieldNumber, i});
    }
    for (int i = 0; i < file.service_size(); ++i) {
      Service(file.service(i), file.package(), {FileDescriptorProto::kServiceFieldNumber, i});
    }
  }

 private:
  std::string Note(const std::string& scope, const std::string& name, const Path& path) {
    const std::string full_name = absl::StrCat(scope, ".", name);
    const auto found = locations_.find(path);
    if (found != locations_.end()) comments_.emplace(full_name, found->second);
    return full_name;
  }
  void Message(const DescriptorProto& message, const std::string& scope, const Path& path) {
    const std::string name = Note(scope, message.name(), path);
    for (int i = 0; i < message.field_size(); ++i) {
      Note(name, message.field(i).name(), Below(path, DescriptorProto::kFieldFieldNumber, i));
    }
    for (int i = 0; i < message.nested_type_size(); ++i) {
      Message(message.nested_type(i), name,
              Below(path, DescriptorProto::kNestedTypeFieldNumber, i));
    }
    for (int i = 0; i < message.enum_type_size(); ++i) {
      Enum(message.enum_type(i), name, Below(path, DescriptorProto::kEnumTypeFieldNumber, i));
    }
  }
  void Enum(const EnumDescriptorProto& type, const std::string& scope, const Path& path) {
    Note(scope, type.name(), path);
    // A value's name stands beside its enum's, not in it.
    for (int i = 0; i < type.value_size(); ++i) {
      Note(scope, type.value(i).name(), Below(path, EnumDescriptorProto::kValueFieldNumber, i));
    }
  }
  void Service(const ServiceDescriptorProto& service, const std::string& scope, const Path& path) {
    const std::string name = Note(scope, service.name(), path);
    for (int i = 0; i < service.method_size(); ++i) {
      Note(name, service.method(i).name(),
           Below(path, ServiceDescriptorProto::kMethodFieldNumber, i));
    }
  }

  absl::flat_hash_map<std::string, std::string>& comments_;
  Locations locations_;
};

}  // namespace

ProtoComments::ProtoComments(std::string_view descriptors) {
  google::protobuf::FileDescriptorSet set;
  if (!set.ParseFromArray(descriptors.data(), static_cast<int>(descriptors.size()))) return;
  for (const FileDescriptorProto& file : set.file()) Walk(file, comments_);
}

const std::string& ProtoComments::Of(const std::string& full_name) const {
  static const std::string& none = *new std::string();
  const auto found = comments_.find(full_name);
  return found == comments_.end() ? none : found->second;
}

std::string FirstSentence(const std::string& comment) {
  for (std::size_t i = 0; i < comment.size(); ++i) {
    const bool ends = comment[i] == '.' && (i + 1 == comment.size() || comment[i + 1] == ' ');
    if (ends || comment[i] == ';') return comment.substr(0, i);
  }
  return comment;
}

}  // namespace orders::api
