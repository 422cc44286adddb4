#pragma once

#include "api/calls/value_mapping.h"
#include "application/queries/freshness.h"
#include "application/queries/sales_report.h"
#include "application/queries/search_query.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {

// Reports and searches to and from their messages. Pure.

/// A grouping that is not known is added to `violations`.
application::SalesReportRequest ToSalesReportRequest(const v1::GetSalesReportRequest& message,
                                                     Violations& violations);
void SetSalesReportResponse(const application::SalesReportAnswer& answer,
                            const application::Freshness& freshness,
                            v1::GetSalesReportResponse& message);
void SetSearchResponse(const application::SearchAnswer& answer,
                       const application::Freshness& freshness, v1::SearchOrdersResponse& message);

}  // namespace orders::api
