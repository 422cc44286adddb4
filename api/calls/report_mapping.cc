#include "api/calls/report_mapping.h"

#include <string>

#include "absl/time/civil_time.h"

#include "api/calls/view_mapping.h"

namespace orders::api {
namespace {

using application::SalesFigures;
using application::SalesGrouping;
using application::SalesRow;

SalesGrouping ToGrouping(v1::SalesGrouping message, Violations& violations) {
  switch (message) {
    case v1::SALES_GROUPING_UNSPECIFIED:
    case v1::BY_DAY:
      return SalesGrouping::kDay;
    case v1::BY_SKU:
      return SalesGrouping::kSku;
    case v1::BY_CURRENCY:
      return SalesGrouping::kCurrency;
    default:
      violations.push_back(
          {.field = "group_by", .description = "must be BY_DAY, BY_SKU or BY_CURRENCY"});
      return SalesGrouping::kDay;
  }
}

domain::Amount NetOf(const SalesFigures& figures) {
  return {figures.gross.minor - figures.discount.minor + figures.tax.minor +
          figures.shipping.minor - figures.cancelled.minor - figures.returned.minor};
}

void SetSalesRow(const SalesRow& row, bool has_refunds, v1::SalesRow& message) {
  const SalesFigures& figures = row.figures;
  if (row.day.has_value()) message.set_day(absl::FormatCivilTime(*row.day));
  message.set_sku(row.sku);
  message.set_currency_code(std::string(row.currency.code()));
  message.set_orders(figures.orders);
  message.set_units(figures.units);
  SetMoney(figures.gross, row.currency, *message.mutable_gross());
  SetMoney(figures.discount, row.currency, *message.mutable_discount());
  SetMoney(figures.tax, row.currency, *message.mutable_tax());
  SetMoney(figures.shipping, row.currency, *message.mutable_shipping());
  message.set_cancelled_units(figures.cancelled_units);
  SetMoney(figures.cancelled, row.currency, *message.mutable_cancelled());
  message.set_returned_units(figures.returned_units);
  SetMoney(figures.returned, row.currency, *message.mutable_returned());
  if (has_refunds) SetMoney(figures.refunds, row.currency, *message.mutable_refunds());
  SetMoney(NetOf(figures), row.currency, *message.mutable_net());
}

}  // namespace

application::SalesReportRequest ToSalesReportRequest(const v1::GetSalesReportRequest& message,
                                                     Violations& violations) {
  return {.first_day = message.first_day(),
          .last_day = message.last_day(),
          .sku = message.sku(),
          .currency = message.currency_code(),
          .grouping = ToGrouping(message.group_by(), violations),
          .page_size = message.page_size(),
          .page_token = message.page_token()};
}

void SetSalesReportResponse(const application::SalesReportAnswer& answer,
                            const application::Freshness& freshness,
                            v1::GetSalesReportResponse& message) {
  for (const SalesRow& row : answer.rows) {
    SetSalesRow(row, answer.has_refunds, *message.add_rows());
  }
  message.set_next_page_token(answer.next_page_token);
  SetFreshness(freshness, *message.mutable_freshness());
}

void SetSearchResponse(const application::SearchAnswer& answer,
                       const application::Freshness& freshness, v1::SearchOrdersResponse& message) {
  for (const application::SearchHit& hit : answer.hits) {
    v1::FoundOrder& order = *message.add_orders();
    order.set_order_id(hit.order_id.value);
    order.set_customer_id(hit.customer_id.value);
    SetTime(hit.create_time, *order.mutable_create_time());
    for (const application::SearchField field : hit.matched) {
      order.add_matched_fields(std::string(application::SearchFieldName(field)));
    }
  }
  message.set_next_page_token(answer.next_page_token);
  SetFreshness(freshness, *message.mutable_freshness());
}

}  // namespace orders::api
