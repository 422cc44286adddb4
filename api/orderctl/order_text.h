#pragma once

#include <string>

#include "api/orderctl/text_table.h"
#include "orders/v1/queries.pb.h"
#include "orders/v1/types.pb.h"

namespace orders::api {

// What people read. Pure; every text ends with a line's end; nothing in it moves the cursor.

/// All of an order: what it is, its lines, money, payments, shipments, returns.
std::string OrderText(const v1::Order& order);

/// Rows of lists, histories and customers; a list that goes on over pages keeps its table.
TextTable SummaryTable();
void AddSummary(const v1::OrderSummary& summary, TextTable& table);

TextTable HistoryTable();
void AddHistoryEntry(const v1::OrderHistoryEntry& entry, TextTable& table);

/// A customer's totals, then the orders of this page.
std::string CustomerText(const v1::GetCustomerResponse& customer);

/// One line for a watch.
std::string ChangeText(const v1::OrderHistoryEntry& entry);

/// What an answer may lack; empty: nothing.
std::string FreshnessWarning(const v1::Freshness& freshness);

/// "fresh as of TOKEN, 0 events and 0 ms behind".
std::string FreshnessText(const v1::Freshness& freshness);

/// RFC 3339 with milliseconds, UTC; "" when absent.
std::string TimeText(bool present, const google::protobuf::Timestamp& time);

}  // namespace orders::api
