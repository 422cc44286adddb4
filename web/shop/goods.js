// What the shop sells. Prices are whole minor units of each currency.
export const currencies = ["EUR", "USD", "JPY", "KWD"];

export const goods = [
  {
    sku: "TEA-ASSAM",
    title: "Assam tea, 250 g",
    text: "Malty and strong, for the first cup.",
    drawing: "tin",
    prices: { EUR: "890", USD: "990", JPY: "1420", KWD: "2950" },
  },
  {
    sku: "TEA-SENCHA",
    title: "Sencha, 100 g",
    text: "Green, grassy, gone too soon.",
    drawing: "tin",
    prices: { EUR: "1240", USD: "1380", JPY: "1980", KWD: "4100" },
  },
  {
    sku: "POT-GLASS",
    title: "Glass teapot, 1.2 l",
    text: "Watch it happen.",
    drawing: "pot",
    prices: { EUR: "3450", USD: "3800", JPY: "5480", KWD: "11500" },
  },
  {
    sku: "MUG-BLUE",
    title: "Stoneware mug, blue",
    text: "Holds 0.3 l and a thought.",
    drawing: "mug",
    prices: { EUR: "1600", USD: "1750", JPY: "2500", KWD: "5250" },
  },
  {
    sku: "KETTLE-STEEL",
    title: "Steel kettle",
    text: "Whistles when it is ready.",
    drawing: "kettle",
    prices: { EUR: "4990", USD: "5490", JPY: "7900", KWD: "16500" },
  },
  {
    sku: "BISCUIT-TIN",
    title: "Butter biscuits, tin",
    text: "Best before the tea is cold.",
    drawing: "box",
    prices: { EUR: "1199", USD: "1299", JPY: "1900", KWD: "3900" },
  },
];

export const drawings = {
  tin: "M14 16h20v24a4 4 0 0 1-4 4H18a4 4 0 0 1-4-4zM12 10h24v6H12zM18 26h12M18 32h8",
  pot: "M14 20h20c2 10-1 20-10 20s-12-10-10-20zM18 20a6 6 0 0 1 12 0M24 12v-3M34 24c8-2 8 10 0 9M14 28L6 22",
  mug: "M12 14h20v22a4 4 0 0 1-4 4H16a4 4 0 0 1-4-4zM32 19h4a5 5 0 0 1 0 12h-4M18 9c-2-3 2-3 0-6M26 9c-2-3 2-3 0-6",
  kettle: "M12 40c-3-12 2-22 12-22s15 10 12 22zM16 20a8 8 0 0 1 16 0M36 28l8-6M24 18v-4",
  box: "M8 18h32v20H8zM8 18l4-8h24l4 8M18 26a2 2 0 1 1 0 .1M28 30a2 2 0 1 1 0 .1",
};
