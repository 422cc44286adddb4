#include "infrastructure/views/orders_tables.h"

namespace orders::infrastructure {

ViewSchema OrdersSchema() {
  // The number keeps index entries and order_skus small; it means nothing and is never shown.
  return {.name = "orders",
          .version = 2,  // 2: dead letters.
          .tables =
              "CREATE TABLE orders("
              " number INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE,"
              " customer_id TEXT NOT NULL, status INTEGER NOT NULL, payment INTEGER NOT NULL,"
              " fulfilment INTEGER NOT NULL, held INTEGER NOT NULL, active INTEGER NOT NULL,"
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
}

}  // namespace orders::infrastructure
