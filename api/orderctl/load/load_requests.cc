#include "api/orderctl/load/load_requests.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/support/slice.h"

namespace orders::api {
namespace {

constexpr std::int64_t kCustomers = 1'000;

grpc::ByteBuffer Serialize(const google::protobuf::Message& message) {
  const std::size_t size = message.ByteSizeLong();
  grpc::Slice slice(size);
  // The slice is new and nobody else's: writing into it saves a copy.
  message.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

void AddLine(const char* sku, const char* title, std::int64_t quantity, std::int64_t price,
             v1::CreateOrderRequest& create) {
  v1::NewLine& line = *create.add_lines();
  line.set_sku(sku);
  line.set_title(title);
  line.set_quantity(quantity);
  line.mutable_unit_price()->set_minor_units(price);
}

}  // namespace

LoadRequests::LoadRequests(std::string run) : run_(std::move(run)) {
  create_.set_currency_code("EUR");
  AddLine("TEA-ASSAM-250", "Assam tea, 250 g", 2, 890, create_);
  AddLine("POT-GLASS", "Glass teapot with strainer", 1, 3'450, create_);
  v1::Address& address = *create_.mutable_shipping_address();
  address.set_name("Ada Brown");
  address.set_line1("12 Mill Lane");
  address.set_city("Berlin");
  address.set_postal_code("10115");
  address.set_country_code("DE");
}

LoadCall LoadRequests::Create() {
  static const std::string kMethod = "/orders.v1.OrderCommands/CreateOrder";
  const std::int64_t number = creates_++;
  create_.set_order_id(OrderId(number));
  create_.set_customer_id(absl::StrCat("load-customer-", number % kCustomers));
  create_.mutable_options()->set_request_id(create_.order_id());
  return LoadCall{.method = &kMethod, .request = Serialize(create_)};
}

LoadCall LoadRequests::Get(std::int64_t created) {
  static const std::string kMethod = "/orders.v1.OrderQueries/GetOrder";
  get_.set_order_id(OrderId(gets_++ % created));
  return LoadCall{.method = &kMethod, .request = Serialize(get_)};
}

std::string LoadRequests::OrderId(std::int64_t number) const {
  return absl::StrCat("load-", run_, "-", number);
}

}  // namespace orders::api
