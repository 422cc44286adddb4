// Money as the API has it: whole minor units as a text of digits, and an ISO 4217 code. Digits are
// never lost: all of it is BigInt and text.
const exponents = new Map();
for (const [exponent, codes] of [
  [0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"],
  [3, "BHD IQD JOD KWD LYD OMR TND"],
  [4, "CLF UYW"],
]) {
  for (const code of codes.split(" ")) exponents.set(code, exponent);
}

/// Decimal digits of a currency's minor unit: EUR 2, JPY 0, KWD 3.
export const exponentOf = (code) => exponents.get(code) ?? 2;

/// "1234567" with its thousands apart.
export function grouped(digits) {
  return String(digits).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/// "1 message", "1 234 messages".
export const counted = (count, one, many = `${one}s`) =>
  `${grouped(count)} ${String(count) === "1" ? one : many}`;

/// "3.2" or "1 250": so many a second.
export const rate = (value) =>
  value < 10 ? String(Math.round(10 * value) / 10) : grouped(Math.round(value));

/// "12.30 EUR" of {currency_code: "EUR", minor_units: "1230"}.
export function moneyText(money) {
  if (!money) return "–";
  return `${amountText(money)} ${money.currency_code}`.trim();
}

/// The same without the code.
export function amountText({ minor_units: minorUnits, currency_code: code }) {
  const units = BigInt(minorUnits);
  const sign = units < 0n ? "−" : "";
  const exponent = exponentOf(code);
  const digits = String(units < 0n ? -units : units).padStart(exponent + 1, "0");
  const whole = grouped(digits.slice(0, digits.length - exponent));
  return exponent === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-exponent)}`;
}

export const isZero = (money) => !money || BigInt(money.minor_units) === 0n;

/// Minor units of what a person typed: "12.3" in EUR is "1230". Throws an Error that says what to
/// change.
export function parseMoney(text, code) {
  const exponent = exponentOf(code);
  const matched = /^(\d+)(?:\.(\d*))?$/.exec(text.trim().replace(/[\s\u202f]/g, ""));
  if (!matched)
    throw new Error(`Write an amount such as ${exponent === 0 ? "1230" : "12.30"}, with a point.`);
  const [, whole, fraction = ""] = matched;
  if (fraction.length > exponent) {
    throw new Error(
      exponent === 0
        ? `${code} has no smaller unit.`
        : `${code} has ${exponent} digits after the point.`,
    );
  }
  return String(BigInt(whole + fraction.padEnd(exponent, "0")));
}

/// What parseMoney takes for an amount.
export const typedMoney = (money) => amountText(money).replaceAll("\u202f", "");

/// "19 %" of 190000 parts per million, exactly.
export function rateText(ppm) {
  const digits = String(ppm).padStart(5, "0");
  const fraction = digits.slice(-4).replace(/0+$/, "");
  return `${digits.slice(0, -4)}${fraction ? `.${fraction}` : ""} %`;
}

/// Parts per million of "19" or "7.5".
export function parseRate(text) {
  const matched = /^(\d{1,3})(?:\.(\d{0,4}))?\s*%?$/.exec(text.trim());
  if (!matched) throw new Error("Write a rate in percent, such as 19 or 7.5.");
  return Number(matched[1] + (matched[2] ?? "").padEnd(4, "0"));
}
