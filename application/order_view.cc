#include "application/order_view.h"

namespace orders::application {

void ApplyRecorded(const RecordedOrderEvent& recorded, OrderView& view) {
  if (view.order.status == domain::OrderStatus::kNone) {
    view.create_time = recorded.metadata.time;
  }
  domain::Apply(recorded.event, view.order);
  view.revision = recorded.revision;
  view.position = recorded.position;
  view.update_time = recorded.metadata.time;
}

}  // namespace orders::application
