#include "tests/support/read_side.h"

#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"

namespace orders::testing_support {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr absl::Duration kLook = absl::Milliseconds(1);

}  // namespace

void ReadSideTelemetry::BatchApplied(std::string_view, int, absl::Duration) {}

void ReadSideTelemetry::Log(application::Severity severity, std::string_view text) {
  if (on_line) on_line(text);
  const absl::MutexLock lock(&mutex_);
  lines_.emplace_back(severity, std::string(text));
}

std::vector<std::string> ReadSideTelemetry::Lines(application::Severity least) const {
  const absl::MutexLock lock(&mutex_);
  std::vector<std::string> lines;
  for (const auto& [severity, text] : lines_) {
    if (severity >= least) lines.push_back(text);
  }
  return lines;
}

ReadSide::ReadSide(MemoryOrderLog& log, Options options)
    : ReadSide({log, log, [&log] { return log.last_position(); }}, std::move(options)) {}

ReadSide::ReadSide(Source source, Options options)
    : last_position_(std::move(source.last_position)) {
  telemetry_.on_line = options.on_line;
  cache_ = std::make_unique<application::OrderViewCache>(options.cache);
  auto views = infrastructure::SqliteViews::Open(
      {.directory = options.directory, .boot_id = options.boot_id, .readers = options.readers},
      source.feed.identity(), *cache_, telemetry_);
  if (!views.ok()) throw std::runtime_error(views.status().ToString());
  views_ = *std::move(views);
  const application::FreshnessGate::Ports gate_ports{source.feed, clock_, scheduler_};
  orders_gate_ = std::make_unique<application::FreshnessGate>(gate_ports, options.gate);
  customers_gate_ = std::make_unique<application::FreshnessGate>(gate_ports, options.gate);
  sales_gate_ = std::make_unique<application::FreshnessGate>(gate_ports, options.gate);
  search_gate_ = std::make_unique<application::FreshnessGate>(gate_ports, options.gate);
  const application::ProjectionHost::Ports ports{source.feed, source.store, clock_,
                                                 scheduler_,  random_,      telemetry_};
  host_ = std::make_unique<application::ProjectionHost>(ports, options.host);
  past_ = std::make_unique<application::PastReadModels>(
      application::PastReadModels::Ports{views_->past_models(), ports}, options.host, options.past);
  host_->Add(views_->orders_model(), *orders_gate_);
  host_->Add(views_->customers_model(), *customers_gate_);
  host_->Add(views_->sales_model(), *sales_gate_);
  host_->Add(views_->search_model(), *search_gate_);
  queries_ = std::make_unique<application::DefaultOrderQueryHandler>(
      application::DefaultOrderQueryHandler::Ports{
          source.store, views_->orders(), views_->customers(), views_->sales(), views_->search(),
          *orders_gate_, *customers_gate_, *sales_gate_, *search_gate_, *past_, *cache_, digest_});
}

ReadSide::~ReadSide() { Stop(); }

void ReadSide::Stop() {
  host_->Stop();
  orders_gate_->Close();
  customers_gate_->Close();
  sales_gate_->Close();
  search_gate_->Close();
}

application::ProjectionStatus ReadSide::StatusOf(const std::string& projection) {
  for (application::ProjectionStatus& status : host_->Statuses()) {
    if (status.name == projection) return std::move(status);
  }
  throw std::runtime_error("no such projection");
}

bool ReadSide::WaitUntilCurrent() {
  const absl::Time deadline = clock_.Now() + kPatience;
  while (clock_.Now() < deadline) {
    bool current = true;
    for (const application::ProjectionStatus& status : host_->Statuses()) {
      if (status.state == application::ProjectionState::kStopped) return false;
      current = current && status.caught_up && status.position >= last_position_();
    }
    if (current) return true;
    scheduler_.Sleep(kLook);
  }
  return false;
}

application::RebuildStatus ReadSide::WaitUntilRebuilt(const std::string& projection) {
  return WaitUntilOver([&] { return host_->FindRebuild(projection); });
}

application::RebuildStatus ReadSide::WaitUntilVerified(const std::string& projection) {
  return WaitUntilOver([&] { return host_->FindVerification(projection); });
}

application::RebuildStatus ReadSide::WaitUntilOver(
    const std::function<absl::StatusOr<std::optional<application::RebuildStatus>>()>& find) {
  const absl::Time deadline = clock_.Now() + kPatience;
  while (clock_.Now() < deadline) {
    const auto found = find();
    if (found.ok() && found->has_value() &&
        (*found)->phase > application::RebuildPhase::kSwitching) {
      return **found;
    }
    scheduler_.Sleep(kLook);
  }
  throw std::runtime_error("it did not end");
}

absl::Status ReadSide::WaitUntilStopped(const std::string& projection) {
  const absl::Time deadline = clock_.Now() + kPatience;
  while (clock_.Now() < deadline) {
    const application::ProjectionStatus status = StatusOf(projection);
    if (status.state == application::ProjectionState::kStopped) return status.error;
    scheduler_.Sleep(kLook);
  }
  return absl::DeadlineExceededError("it did not stop");
}

std::string ReadSide::Difference(const std::vector<application::RecordedOrderEvent>& events) {
  const NaiveState naive = FoldNaively(events);
  for (const auto& [id, expected] : naive.orders) {
    const auto view = views_->orders().Find({id});
    if (!view.ok() || !view->has_value()) return absl::StrCat("order ", id, " is missing");
    if (Account(**view) != expected) return absl::StrCat("order ", id, " differs");
  }
  const auto listed = views_->orders().List({.rows_max = 1'000'000}, absl::InfiniteFuture());
  if (!listed.ok()) return listed.status().ToString();
  if (listed->size() != naive.orders.size()) return "another number of orders";
  std::set<std::string> customers;
  std::size_t rows = 0;
  for (const auto& [key, expected] : naive.customers) customers.insert(key.first);
  for (const std::string& customer : customers) {
    const auto answer =
        views_->customers().Find({customer}, std::nullopt, 1'000'000, absl::InfiniteFuture());
    if (!answer.ok() || !answer->has_value()) {
      return absl::StrCat("customer ", customer, " is missing");
    }
    std::int64_t orders = 0;
    for (const application::CustomerTotals& totals : (*answer)->totals) {
      const auto expected = naive.customers.find({customer, std::string(totals.currency.code())});
      if (expected == naive.customers.end() || Account(totals) != expected->second) {
        return absl::StrCat("totals of ", customer, " differ");
      }
      ++rows;
      orders += totals.orders;
    }
    if (static_cast<std::int64_t>((*answer)->orders.size()) != orders) {
      return absl::StrCat("orders of ", customer, " differ");
    }
    for (const application::CustomerOrder& order : (*answer)->orders) {
      const NaiveOrder& expected = naive.orders.at(order.order_id.value);
      if (order.total.minor != expected.total ||
          absl::ToUnixMicros(order.create_time) != expected.create_micros) {
        return absl::StrCat("order ", order.order_id.value, " of ", customer, " differs");
      }
    }
  }
  if (rows != naive.customers.size()) return "another number of totals";
  const std::string in_sales = SalesDifference(naive);
  return in_sales.empty() ? SearchDifference(naive) : in_sales;
}

std::string ReadSide::SalesDifference(const NaiveState& naive) {
  std::set<std::string> skus;
  for (const auto& [key, figures] : naive.sales) skus.insert(std::get<1>(key));
  std::size_t rows = 0;
  for (const std::string& sku : skus) {
    const auto report = views_->sales().Report({.first_day = absl::CivilDay(1970, 1, 1),
                                                .last_day = absl::CivilDay(2100, 1, 1),
                                                .sku = sku,
                                                .rows_max = 1'000'000},
                                               absl::InfiniteFuture());
    if (!report.ok()) return report.status().ToString();
    for (const application::SalesRow& row : *report) {
      const auto expected = naive.sales.find(
          {absl::FormatCivilTime(*row.day), sku, std::string(row.currency.code())});
      if (expected == naive.sales.end() || Account(row.figures) != expected->second) {
        return absl::StrCat("sales of ", absl::FormatCivilTime(*row.day), " ", sku, " differ");
      }
      ++rows;
    }
  }
  return rows == naive.sales.size() ? "" : "another number of days of sales";
}

std::string ReadSide::SearchDifference(const NaiveState& naive) {
  if (StatusOf("search").building) {
    const auto early = queries_->SearchOrders({}, {.query = "customer"});
    return absl::IsUnavailable(early.status()) ? "" : "a search without its index answers";
  }
  const auto find = [&](const std::string& text) {
    std::set<std::string> orders;
    const auto hits = views_->search().Search({{.text = text}}, {}, std::nullopt, 1'000'000,
                                              absl::InfiniteFuture());
    if (!hits.ok()) return orders;
    for (const application::SearchHit& hit : *hits) orders.insert(hit.order_id.value);
    return orders;
  };
  std::map<std::string, std::set<std::string>> by_customer;
  for (const auto& [id, order] : naive.orders) {
    by_customer[order.customer].insert(id);
    if (!find(id).contains(id)) return absl::StrCat("order ", id, " is not found");
    const auto view = views_->orders().Find({id});
    if (!view.ok() || !view->has_value()) return absl::StrCat("order ", id, " is missing");
    const std::string& note = (*view)->order.note;
    if (!note.empty() && !find(note).contains(id)) {
      return absl::StrCat("order ", id, " is not found by its note");
    }
  }
  for (const auto& [customer, orders] : by_customer) {
    if (find(customer) != orders) return absl::StrCat("other orders are found of ", customer);
  }
  return "";
}

}  // namespace orders::testing_support
