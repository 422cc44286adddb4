// One closed-loop client of the service and of the bare servers: the same code path, whatever the
// method.
// Prints one line of JSON.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "CLI/CLI.hpp"
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "bench.pb.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/queries.pb.h"
#include "tests/bench/measure.h"

namespace orders::bench {
namespace {

constexpr char kMark[] = "################";  // Replaced by a number of the same width.
constexpr int kPerChannel = 64;               // Below the servers' limit of concurrent streams.

struct Options {
  std::string target;
  std::string method = "echo";
  int in_flight = 64;
  double seconds = 3;
  double warm_up_seconds = 0.5;
  int payload_bytes = 300;
  std::string order_prefix;  // Of create and get: "x" + this + number.
  int orders = 10'000;       // get: reads these in turn.
  double rate = 0;           // visible: commands offered a second.
};

v1::CreateOrderRequest TwoLines(const std::string& order_id) {
  v1::CreateOrderRequest request;
  request.set_order_id(order_id);
  request.mutable_options()->set_request_id("create-" + order_id);
  request.set_customer_id("customer-" + order_id);
  request.set_currency_code("EUR");
  for (int i = 0; i < 2; ++i) {
    v1::NewLine* line = request.add_lines();
    line->set_sku(i == 0 ? "TEA-EARL-GREY" : "MUG-BLUE");
    line->set_title(i == 0 ? "Earl Grey, loose leaf, 250 g" : "Mug, stoneware, blue");
    line->set_quantity(2 + i);
    line->mutable_unit_price()->set_minor_units(1'290 + 100 * i);
  }
  v1::Address* address = request.mutable_shipping_address();
  address->set_name("Ada Example");
  address->set_line1("1 High Street");
  address->set_city("Leeds");
  address->set_postal_code("LS1 4DY");
  address->set_country_code("GB");
  return request;
}

// The request's bytes, in which each place of kMark becomes the call's own number.
class RequestTemplate {
 public:
  explicit RequestTemplate(std::string bytes) : bytes_(std::move(bytes)) {
    for (std::size_t at = bytes_.find(kMark); at != std::string::npos;
         at = bytes_.find(kMark, at + 1)) {
      places_.push_back(at);
    }
  }

  grpc::ByteBuffer Make(std::uint64_t number) const {
    std::string bytes = bytes_;
    char text[sizeof(kMark)];
    std::snprintf(text, sizeof text, "%016llu", static_cast<unsigned long long>(number));
    for (const std::size_t at : places_) bytes.replace(at, sizeof(kMark) - 1, text);
    const grpc::Slice slice(bytes);
    return grpc::ByteBuffer(&slice, 1);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> places_;
};

struct Work {
  std::string method;
  RequestTemplate request;
};

Work WorkFor(const Options& options) {
  const std::string order_id = "x" + options.order_prefix + kMark;
  if (options.method == "create") {
    return {"/orders.v1.OrderCommands/CreateOrder",
            RequestTemplate(TwoLines(order_id).SerializeAsString())};
  }
  if (options.method == "get") {
    v1::GetOrderRequest request;
    request.set_order_id(order_id);
    return {"/orders.v1.OrderQueries/GetOrder", RequestTemplate(request.SerializeAsString())};
  }
  Payload payload;
  payload.set_data(std::string(static_cast<std::size_t>(options.payload_bytes), 'p'));
  return {options.method == "insert" ? "/orders.bench.Bench/Insert" : "/orders.bench.Bench/Echo",
          RequestTemplate(payload.SerializeAsString())};
}

// A connection of its own for each `number`.
std::unique_ptr<grpc::GenericStub> NewStub(const std::string& target, int number) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("bench.channel", number);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return std::make_unique<grpc::GenericStub>(
      grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments));
}

struct Call {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  Clock::time_point start;
};

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options),
        work_(WorkFor(options)),
        loop_(options.warm_up_seconds, options.seconds, options.in_flight) {
    const int channels = (options.in_flight + kPerChannel - 1) / kPerChannel;
    for (int i = 0; i < channels; ++i) {
      stubs_.push_back(NewStub(options.target, i));
    }
  }

  void Run() {
    for (int i = 0; i < options_.in_flight; ++i) Next(*stubs_[i % stubs_.size()]);
    loop_.Wait();
  }

  void Print() { loop_.Print(options_.method, response_bytes_.load()); }

 private:
  void Next(grpc::GenericStub& stub) {
    auto call = std::make_shared<Call>();
    std::uint64_t number = number_.fetch_add(1);
    if (options_.method == "get") number %= static_cast<std::uint64_t>(options_.orders);
    call->request = work_.request.Make(number);
    call->start = Clock::now();
    stub.UnaryCall(&call->context, work_.method, grpc::StubOptions(), &call->request,
                   &call->response, [this, call, &stub](grpc::Status status) {
                     if (status.ok()) response_bytes_.store(call->response.Length());
                     if (loop_.Ended(call->start, ErrorOf(status))) Next(stub);
                   });
  }

  // Not empty, unless it went well.
  static std::string ErrorOf(const grpc::Status& status) {
    if (status.ok()) return "";
    return std::to_string(status.error_code()) + " " + status.error_message();
  }

  const Options options_;
  const Work work_;
  ClosedLoop loop_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::atomic<std::uint64_t> number_{0};
  std::atomic<std::size_t> response_bytes_{0};
};

// Offers commands at a fixed rate; each `kSample`th answer's token is asked for at once. What is
// printed is from the command's answer to the query's: an upper bound of commit to visible.
class VisibleLag {
 public:
  explicit VisibleLag(const Options& options)
      : options_(options), create_(WorkFor(Creates(options))) {
    for (int i = 0; i < 4; ++i) {
      stubs_.push_back(NewStub(options.target, i));
    }
  }

  void Run() {
    constexpr auto kTick = std::chrono::milliseconds(1);
    const auto begin = Clock::now();
    const auto ends = begin + Seconds(options_.seconds);
    std::uint64_t sent = 0;
    for (auto next = begin; next < ends; next += kTick) {
      std::this_thread::sleep_until(next);
      const double elapsed = std::chrono::duration<double>(next - begin).count();
      const auto due = static_cast<std::uint64_t>(elapsed * options_.rate);
      while (sent < due) Create(sent++);
    }
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
    seconds_ = SecondsSince(begin);
    offered_ = sent;
  }

  void Print() {
    std::printf(
        "{\"method\": \"visible\", \"rate\": %.1f, \"samples\": %zu, \"p50_ms\": %.3f, \"p99_ms\": "
        "%.3f, \"max_ms\": %.3f, \"errors\": %llu}\n",
        static_cast<double>(offered_) / seconds_, latencies_.size(), latencies_.Ms(0.5),
        latencies_.Ms(0.99), latencies_.Ms(1.0), static_cast<unsigned long long>(errors_));
  }

 private:
  static constexpr std::uint64_t kSample = 25;

  static Options Creates(Options options) {
    options.method = "create";
    return options;
  }

  void Create(std::uint64_t number) {
    {
      std::lock_guard lock(mutex_);
      ++running_;
    }
    auto call = std::make_shared<Call>();
    call->request = create_.request.Make(number);
    grpc::GenericStub& stub = *stubs_[number % stubs_.size()];
    stub.UnaryCall(&call->context, create_.method, grpc::StubOptions(), &call->request,
                   &call->response, [this, call, number, &stub](grpc::Status status) {
                     v1::CommandResponse answer;
                     if (status.ok() && number % kSample == 0 && Parse(call->response, answer)) {
                       Ask(stub, answer);
                       return;
                     }
                     End(status.ok());
                   });
  }

  void Ask(grpc::GenericStub& stub, const v1::CommandResponse& answer) {
    auto call = std::make_shared<Call>();
    v1::GetOrderRequest request;
    request.set_order_id(answer.order().order_id());
    request.mutable_options()->set_min_position(answer.position_token());
    const grpc::Slice slice(request.SerializeAsString());
    call->request = grpc::ByteBuffer(&slice, 1);
    call->start = Clock::now();
    stub.UnaryCall(&call->context, "/orders.v1.OrderQueries/GetOrder", grpc::StubOptions(),
                   &call->request, &call->response, [this, call](grpc::Status status) {
                     {
                       std::lock_guard lock(mutex_);
                       latencies_.Add(Clock::now() - call->start);
                     }
                     End(status.ok());
                   });
  }

  static bool Parse(const grpc::ByteBuffer& buffer, v1::CommandResponse& answer) {
    grpc::Slice slice;
    return buffer.DumpToSingleSlice(&slice).ok() &&
           answer.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
  }

  void End(bool ok) {
    std::lock_guard lock(mutex_);
    if (!ok) ++errors_;
    if (--running_ == 0) done_.notify_one();
  }

  const Options options_;
  const Work create_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::uint64_t running_ = 0;
  Latencies latencies_;
  std::uint64_t errors_ = 0;
  std::uint64_t offered_ = 0;
  double seconds_ = 1;
};

}  // namespace
}  // namespace orders::bench

int main(int argc, char** argv) {
  orders::bench::Options options;
  CLI::App app("Closed-loop client for the benches");
  app.add_option("--target", options.target)->required();
  app.add_option("--method", options.method)
      ->check(CLI::IsMember({"echo", "insert", "create", "get", "visible"}));
  app.add_option("--in-flight", options.in_flight)->check(CLI::Range(1, 4'096));
  app.add_option("--seconds", options.seconds);
  app.add_option("--warm-up", options.warm_up_seconds);
  app.add_option("--payload-bytes", options.payload_bytes);
  app.add_option("--prefix", options.order_prefix);
  app.add_option("--orders", options.orders)->check(CLI::PositiveNumber);
  app.add_option("--rate", options.rate);
  CLI11_PARSE(app, argc, argv);
  if (options.method == "visible") {
    orders::bench::VisibleLag lag(options);
    lag.Run();
    lag.Print();
    return 0;
  }
  orders::bench::Load load(options);
  load.Run();
  load.Print();
  return 0;
}
