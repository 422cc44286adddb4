#include "infrastructure/views/orders_tables.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace orders::infrastructure {

std::string OnWorkList(application::WorkList list) {
  return absl::StrCat("(work&", application::WorkBit(list), ")<>0");
}

ViewSchema OrdersSchema() {
  // The number keeps index entries and order_skus small; it means nothing and is never shown.
  ViewSchema schema{
      .name = "orders",
      .version = kOrdersSchemaWithWork,  // 2: dead letters; 3: work lists.
      .tables =
          "CREATE TABLE orders("
          " number INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE,"
          " customer_id TEXT NOT NULL, status INTEGER NOT NULL, payment INTEGER NOT NULL,"
          " fulfilment INTEGER NOT NULL, held INTEGER NOT NULL, active INTEGER NOT NULL,"
          " work INTEGER NOT NULL,"
          " currency TEXT NOT NULL, total INTEGER NOT NULL, line_count INTEGER NOT NULL,"
          " revision INTEGER NOT NULL, create_time INTEGER NOT NULL,"
          " update_time INTEGER NOT NULL, doc BLOB NOT NULL);"
          "CREATE TABLE order_skus("
          " sku TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(sku, number))"
          " WITHOUT ROWID;",
      .indexes = {
          "CREATE INDEX orders_by_create_time ON orders(create_time, order_id);",
          "CREATE INDEX orders_by_update_time ON orders(update_time, order_id);",
          "CREATE INDEX orders_by_total ON orders(total, order_id);",
          "CREATE INDEX orders_by_customer ON orders(customer_id, create_time, order_id);",
          "CREATE INDEX orders_active ON orders(create_time, order_id) WHERE active=1;",
      }};
  // One each: carts that nobody confirms are many, and must not be walked to find the few held.
  for (const application::WorkList list : application::kWorkLists) {
    const std::string name = absl::AsciiStrToLower(std::string(application::WorkListName(list)));
    schema.indexes.push_back(absl::StrCat("CREATE INDEX orders_", name,
                                          " ON orders(create_time, order_id) WHERE ",
                                          OnWorkList(list), ";"));
  }
  return schema;
}

}  // namespace orders::infrastructure
