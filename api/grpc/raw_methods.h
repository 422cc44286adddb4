#pragma once

#include <cassert>
#include <string>

#include "google/protobuf/descriptor.h"

namespace orders::api {

/// The place in its service of the rpc that takes a `Message`; each of our rpcs has a request type
/// of its own. `Message` is the input of an rpc of `service_name`, in the file that declares it.
template <typename Message>
int MethodIndexOf(const char* service_name) {
  const google::protobuf::ServiceDescriptor* const service =
      Message::descriptor()->file()->FindServiceByName(service_name);
  assert(service != nullptr);
  for (int i = 0; i < service->method_count(); ++i) {
    if (service->method(i)->input_type() == Message::descriptor()) return i;
  }
  assert(false);
  return -1;
}

/// The name of that rpc, as "CancelOrder".
template <typename Message>
const std::string& MethodNameOf(const char* service_name) {
  const google::protobuf::ServiceDescriptor* const service =
      Message::descriptor()->file()->FindServiceByName(service_name);
  return service->method(MethodIndexOf<Message>(service_name))->name();
}

}  // namespace orders::api
