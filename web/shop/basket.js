// The basket of this tab: kept over a reload.
const storageKey = "orders.basket";
const quantityMax = 99;

function load() {
  try {
    const { currency = "EUR", counts = {} } = JSON.parse(sessionStorage.getItem(storageKey)) ?? {};
    return { currency, counts };
  } catch {
    return { currency: "EUR", counts: {} };
  }
}

const basket = load();

function keep() {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(basket));
  } catch {
    // Then it is gone with a reload.
  }
}

export const currency = () => basket.currency;
export function setCurrency(code) {
  basket.currency = code;
  keep();
}

export const countOf = (sku) => basket.counts[sku] ?? 0;
export function setCount(sku, count) {
  if (count <= 0) delete basket.counts[sku];
  else basket.counts[sku] = Math.min(count, quantityMax);
  keep();
}
export function emptyBasket() {
  basket.counts = {};
  keep();
}
