#pragma once

#include <string>
#include <vector>

namespace orders::api {

/// What the flags of `list` select; empty fields select everything.
struct ListChoices {
  std::string customer_id;
  std::string status;      ///< As in the API: "CONFIRMED".
  std::string payment;     ///< "PAID".
  std::string fulfilment;  ///< "SHIPPED".
  bool held = false;
  std::string sku;
  std::string filter;  ///< Written by the user: joined to the rest, as it is.
};

/// The filter that ListOrders takes. Values are quoted, so that none can say more than it is.
std::string FilterText(const ListChoices& choices);

}  // namespace orders::api
