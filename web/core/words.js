// Names of the API as a person reads them.

/// "Partially paid" of PARTIALLY_PAID, "Ship items" of ShipItems, "Line id" of line_id.
export function words(name) {
  const spaced = String(name)
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

export const orderStatuses = ["DRAFT", "CONFIRMED", "IN_FULFILMENT", "COMPLETED", "CANCELLED"];
export const paymentStatuses = [
  "UNPAID",
  "AUTHORIZED",
  "PARTIALLY_PAID",
  "PAID",
  "PARTIALLY_REFUNDED",
  "REFUNDED",
  "FAILED",
];
export const fulfilmentStatuses = [
  "NONE",
  "PARTIALLY_SHIPPED",
  "SHIPPED",
  "PARTIALLY_DELIVERED",
  "DELIVERED",
];
export const workLists = ["TO_CONFIRM", "TO_SHIP", "PAYMENT_FAILED", "REFUND_DUE", "HELD"];
export const holdKinds = ["FRAUD", "ADDRESS", "STOCK", "PAYMENT", "MANUAL"];

/// How a status looks: "calm", "going", "good", "bad" or "ended".
export function toneOf(status) {
  if (["COMPLETED", "PAID", "DELIVERED", "LIVE"].includes(status)) return "good";
  if (["CONFIRMED", "IN_FULFILMENT", "AUTHORIZED", "SHIPPED"].includes(status)) return "going";
  if (["FAILED", "HELD", "STOPPED"].includes(status)) return "bad";
  if (status.startsWith("PARTIALLY_") || status === "FILLING" || status === "RETRYING")
    return "partly";
  if (["CANCELLED", "REFUNDED"].includes(status)) return "ended";
  return "calm";
}
