// Run by the build with the names of the API's protos: every rpc must say who may call it.

#include <cstdio>

#include "api/access/access_rules.h"
#include "orders/v1/admin.pb.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/consumer_groups.pb.h"
#include "orders/v1/nodes.pb.h"
#include "orders/v1/queries.pb.h"
#include "orders/v1/read_models.pb.h"
#include "orders/v1/store_users.pb.h"
#include "orders/v1/streams.pb.h"
#include "orders/v1/webhooks.pb.h"

int main(int argc, char** argv) {
  namespace v1 = orders::v1;
  const google::protobuf::FileDescriptor* const files[] = {
      v1::GetHealthRequest::descriptor()->file(),
      v1::CreateOrderRequest::descriptor()->file(),
      v1::GetConsumerGroupRequest::descriptor()->file(),
      v1::GetNodeRequest::descriptor()->file(),
      v1::GetOrderRequest::descriptor()->file(),
      v1::ListReadModelsRequest::descriptor()->file(),
      v1::ListStoreUsersRequest::descriptor()->file(),
      v1::ListStreamsRequest::descriptor()->file(),
      v1::ListWebhooksRequest::descriptor()->file()};
  int errors = 0;
  for (const google::protobuf::FileDescriptor* file : files) {
    for (const std::string& error : orders::api::RuleErrors(*file)) {
      std::fprintf(stderr, "%s: %s; see proto/orders/v1/access.proto\n", file->name().c_str(),
                   error.c_str());
      ++errors;
    }
  }
  // A new file is not forgotten: what is not among those above is not in this program.
  for (int i = 1; i < argc; ++i) {
    if (files[0]->pool()->FindFileByName(argv[i]) == nullptr) {
      std::fprintf(stderr, "%s: not looked at; add one of its messages to %s\n", argv[i], __FILE__);
      ++errors;
    }
  }
  return errors == 0 ? 0 : 1;
}
