#include "api/access/access_rules.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "gtest/gtest.h"

#include "orders/v1/access.pb.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {
namespace {

using application::Role;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A file with one service and one rpc that has `options`.
class OneRpc {
 public:
  explicit OneRpc(const google::protobuf::MethodOptions& options) : pool_(underlay()) {
    google::protobuf::FileDescriptorProto file;
    file.set_name("made_up.proto");
    file.set_syntax("proto3");
    file.add_dependency(v1::SetNoteRequest::descriptor()->file()->name());
    auto& service = *file.add_service();
    service.set_name("MadeUp");
    auto& method = *service.add_method();
    method.set_name("Do");
    method.set_input_type(".orders.v1.SetNoteRequest");
    method.set_output_type(".orders.v1.CommandResponse");
    *method.mutable_options() = options;
    file_ = pool_.BuildFile(file);
  }
  const google::protobuf::FileDescriptor& file() const { return *file_; }

 private:
  static const google::protobuf::DescriptorPool* underlay() {
    (void)v1::SetNoteRequest::descriptor();
    return google::protobuf::DescriptorPool::generated_pool();
  }
  google::protobuf::DescriptorPool pool_;
  const google::protobuf::FileDescriptor* file_ = nullptr;
};

TEST(AccessRules, EndTheBuildWhereAnRpcStatesNone) {
  const OneRpc rpc{{}};
  EXPECT_THAT(RuleErrors(rpc.file()), ElementsAre(HasSubstr("MadeUp.Do: states no rule")));
}

TEST(AccessRules, EndTheBuildWhereOneSaysNothing) {
  google::protobuf::MethodOptions options;
  options.MutableExtension(v1::access)->set_cost(3);
  EXPECT_THAT(RuleErrors(OneRpc(options).file()), ElementsAre(HasSubstr("no role")));
  options.MutableExtension(v1::access)->set_role(static_cast<v1::Role>(17));
  EXPECT_THAT(RuleErrors(OneRpc(options).file()), ElementsAre(HasSubstr("no role")));
}

TEST(AccessRules, EndTheBuildWhereACustomerWouldAdminister) {
  google::protobuf::MethodOptions options;
  options.MutableExtension(v1::access)->set_role(v1::ROLE_ADMIN);
  options.MutableExtension(v1::access)->set_for_customers(true);
  EXPECT_THAT(RuleErrors(OneRpc(options).file()), ElementsAre(HasSubstr("customers")));
}

TEST(AccessRules, AreReadFromTheRpcsOwnOption) {
  google::protobuf::MethodOptions options;
  options.MutableExtension(v1::access)->set_role(v1::ROLE_WRITE);
  options.MutableExtension(v1::access)->set_for_customers(true);
  options.MutableExtension(v1::access)->set_cost(5);
  const OneRpc rpc(options);
  EXPECT_THAT(RuleErrors(rpc.file()), IsEmpty());
  const auto rule = RuleOf(*rpc.file().service(0)->method(0));
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(rule->role, Role::kWrite);
  EXPECT_TRUE(rule->for_customers);
  EXPECT_EQ(rule->cost, 5);
}

// What a customer does with an order of theirs; all else is the shop's.
TEST(AccessRules, LetCustomersDoWhatCustomersDo) {
  std::set<std::string> for_customers;
  for (const auto* file :
       {v1::CreateOrderRequest::descriptor()->file(), v1::GetOrderRequest::descriptor()->file()}) {
    EXPECT_THAT(RuleErrors(*file), IsEmpty());
    for (int i = 0; i < file->service(0)->method_count(); ++i) {
      const auto& method = *file->service(0)->method(i);
      if (RuleOf(method)->for_customers) for_customers.insert(method.name());
    }
  }
  EXPECT_THAT(for_customers, testing::UnorderedElementsAre(
                                 "CreateOrder", "AddItem", "ChangeItemQuantity", "RemoveItem",
                                 "SetShippingAddress", "SetBillingAddress", "SetNote",
                                 "ConfirmOrder", "CancelOrder", "CancelItems", "RequestReturn",
                                 "GetOrder", "ListOrders", "ListActiveOrders", "GetCustomer",
                                 "SearchOrders", "GetOrderHistory", "WatchOrders"));
}

}  // namespace
}  // namespace orders::api
