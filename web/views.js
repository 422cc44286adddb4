// Every view: where it is, what it is called, which part of the navigation it belongs to. The paths'
// first segments are also in api/http/page_files.cc.
import "./orders/orders_view.js";
import "./orders/order_view.js";
import "./orders/time_travel_view.js";
import "./shop/shop_view.js";
import "./shop/purchase_view.js";
import "./read_models/read_models_view.js";
import "./read_models/read_model_view.js";
import "./read_models/dead_letters_view.js";
import "./read_models/dead_letter_view.js";
import "./streams/streams_view.js";
import "./streams/stream_view.js";
import "./streams/correlation_view.js";
import "./node/node_view.js";
import "./parts/missing_view.js";

export const sections = [
  { href: "/orders", text: "Orders", icon: "orders" },
  { href: "/shop", text: "Shop", icon: "shop" },
  { href: "/read-models", text: "Read models", icon: "models" },
  { href: "/dead-letters", text: "Dead letters", icon: "letters" },
  { href: "/streams", text: "Streams", icon: "streams" },
  { href: "/node", text: "Node", icon: "node" },
];

/// The last one is shown for every other path.
export const views = [
  { pattern: /^\/orders$/, element: "orders-view", section: "/orders", title: () => "All" },
  {
    pattern: /^\/orders\/(?<order>[^/]+)$/,
    element: "order-view",
    section: "/orders",
    title: ({ order }) => order,
  },
  {
    pattern: /^\/orders\/(?<order>[^/]+)\/history$/,
    element: "time-travel-view",
    section: "/orders",
    title: ({ order }) => `History of ${order}`,
  },
  { pattern: /^\/shop$/, element: "shop-view", section: "/shop", title: () => "Shop" },
  {
    pattern: /^\/shop\/orders\/(?<order>[^/]+)$/,
    element: "purchase-view",
    section: "/shop",
    title: ({ order }) => `Your order ${order}`,
  },
  {
    pattern: /^\/read-models$/,
    element: "read-models-view",
    section: "/read-models",
    title: () => "Read models",
  },
  {
    pattern: /^\/read-models\/(?<model>[^/]+)$/,
    element: "read-model-view",
    section: "/read-models",
    title: ({ model }) => `Read model ${model}`,
  },
  {
    pattern: /^\/dead-letters$/,
    element: "dead-letters-view",
    section: "/dead-letters",
    title: () => "Dead letters",
  },
  {
    pattern: /^\/dead-letters\/(?<model>[^/]+)\/(?<order>[^/]+)$/,
    element: "dead-letter-view",
    section: "/dead-letters",
    title: ({ order }) => `Dead letter of ${order}`,
  },
  { pattern: /^\/streams$/, element: "streams-view", section: "/streams", title: () => "Streams" },
  {
    pattern: /^\/streams\/(?<stream>[^/]+)$/,
    element: "stream-view",
    section: "/streams",
    title: ({ stream }) => `Stream ${stream}`,
  },
  {
    pattern: /^\/streams\/correlated\/(?<correlation>[^/]+)$/,
    element: "correlation-view",
    section: "/streams",
    title: ({ correlation }) => `Correlation ${correlation}`,
  },
  { pattern: /^\/node$/, element: "node-view", section: "/node", title: () => "Node" },
  { pattern: /^$/, element: "missing-view", section: "", title: () => "Not here" },
];
