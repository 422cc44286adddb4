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
import "./groups/groups_view.js";
import "./groups/group_view.js";
import "./webhooks/webhooks_view.js";
import "./webhooks/webhook_view.js";
import "./node/node_view.js";
import "./users/users_view.js";
import "./users/user_view.js";
import "./parts/missing_view.js";

/// In two groups: what everybody works with, and what is for those who run the service.
export const sections = [
  { href: "/orders", text: "Orders", icon: "orders", key: "o" },
  { href: "/shop", text: "Shop", icon: "shop", key: "s" },
  { href: "/webhooks", text: "Webhooks", icon: "webhooks", key: "w", isForOperators: true },
  { href: "/read-models", text: "Read models", icon: "models", key: "r", isForOperators: true },
  { href: "/dead-letters", text: "Dead letters", icon: "letters", key: "d", isForOperators: true },
  { href: "/streams", text: "Streams", icon: "streams", key: "e", isForOperators: true },
  { href: "/groups", text: "Consumer groups", icon: "groups", key: "c", isForOperators: true },
  { href: "/users", text: "Store users", icon: "users", key: "u", isForOperators: true },
  { href: "/node", text: "Node", icon: "node", key: "n", isForOperators: true },
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
  {
    pattern: /^\/groups$/,
    element: "groups-view",
    section: "/groups",
    title: () => "Consumer groups",
  },
  {
    pattern: /^\/groups\/(?<stream>[^/]+)\/(?<group>[^/]+)$/,
    element: "group-view",
    section: "/groups",
    title: ({ group }) => `Group ${group}`,
  },
  {
    pattern: /^\/webhooks$/,
    element: "webhooks-view",
    section: "/webhooks",
    title: () => "Webhooks",
  },
  {
    pattern: /^\/webhooks\/(?<webhook>[^/]+)$/,
    element: "webhook-view",
    section: "/webhooks",
    title: ({ webhook }) => `Webhook ${webhook}`,
  },
  { pattern: /^\/users$/, element: "users-view", section: "/users", title: () => "Store users" },
  {
    pattern: /^\/users\/(?<user>[^/]+)$/,
    element: "user-view",
    section: "/users",
    title: ({ user }) => `Store user ${user}`,
  },
  { pattern: /^\/node$/, element: "node-view", section: "/node", title: () => "Node" },
  { pattern: /^$/, element: "missing-view", section: "", title: () => "Not here" },
];
