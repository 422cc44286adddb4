// Lines over time, by Dygraphs: one for each read model.
import { h, replace } from "../core/dom.js";
import { isDark, onPreferences, preference } from "../core/preferences.js";

const colours = {
  light: ["#23685a", "#1f5c8a", "#9a5b00", "#8a3a6d"],
  dark: ["#86cdbb", "#94c6ee", "#e8c273", "#e3a3cb"],
};
const height = 210;
let library = null;

/// Dygraphs is no module: it is loaded when a chart is first drawn.
function loadLibrary() {
  library ??= new Promise((resolve, reject) => {
    const script = h("script", { src: "/assets/dygraph.min.js" });
    script.addEventListener("load", () => {
      const { Dygraph } = globalThis;
      // Its legend is made of HTML with inline styles, which this page allows nobody; ours is text.
      Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);
      resolve(Dygraph);
    });
    script.addEventListener("error", () => {
      library = null;
      reject(new Error("the charts' library did not load"));
    });
    document.head.append(script);
  });
  return library;
}

export class LagChart extends HTMLElement {
  #graph = null;
  #rows = [];

  /// Set before it is in the page. `value(sample of a model)`: a number, or null for a gap.
  names = [];
  label = "";
  value = () => null;
  format = String;

  async connectedCallback() {
    this.plot = h("div.plot", {
      role: "img",
      "aria-label": `${this.label} over time; the numbers are in the table`,
    });
    this.legend = h("ul.legend");
    replace(this, h("h2", this.label), this.plot, this.legend);
    this.redraw = () => this.#graph?.updateOptions(this.#look());
    onPreferences(this.redraw);
    this.resizes = new ResizeObserver(() => this.#graph?.resize());
    this.resizes.observe(this);
    this.#showLegend();
    let Dygraph;
    try {
      Dygraph = await loadLibrary();
    } catch (error) {
      replace(this.plot, h("p.muted", error.message));
      return;
    }
    if (!this.isConnected || this.#rows.length === 0) return;
    this.#draw(Dygraph);
  }
  disconnectedCallback() {
    this.resizes.disconnect();
    this.#graph?.destroy();
    this.#graph = null;
  }

  set samples(samples) {
    this.#rows = samples.map(({ time, models }) => [
      time,
      ...this.names.map((name) => (models.has(name) ? this.value(models.get(name)) : null)),
    ]);
    if (!this.isConnected || this.#rows.length === 0) return;
    if (this.#graph) this.#graph.updateOptions({ file: this.#rows });
    else if (globalThis.Dygraph) this.#draw(globalThis.Dygraph);
    this.#showLegend();
  }

  #colours() {
    return this.names.map((_, i) => colours[isDark() ? "dark" : "light"][i % 4]);
  }
  #look() {
    const style = getComputedStyle(this);
    this.#showLegend();
    return {
      colors: this.#colours(),
      gridLineColor: style.getPropertyValue("--line").trim(),
      axisLineColor: style.getPropertyValue("--line-strong").trim(),
      labelsUTC: preference("zone") === "utc",
    };
  }

  #draw(Dygraph) {
    this.#graph = new Dygraph(this.plot, this.#rows, {
      labels: ["time", ...this.names],
      height,
      strokeWidth: 2,
      includeZero: true,
      valueRange: [0, null],
      axisLabelFontSize: 12,
      highlightCircleSize: 4,
      axes: { y: { axisLabelFormatter: (value) => this.format(value), axisLabelWidth: 62 } },
      highlightCallback: (_, __, points) => this.#showLegend(points),
      unhighlightCallback: () => this.#showLegend(),
      ...this.#look(),
    });
  }

  #showLegend(points = null) {
    const last = this.#rows.at(-1);
    const shades = this.#colours();
    replace(
      this.legend,
      this.names.map((name, i) => {
        const value = points?.find((point) => point.name === name)?.yval ?? last?.[i + 1];
        const dot = h("i");
        dot.style.background = shades[i];
        return h(
          "li",
          dot,
          name,
          " ",
          h("strong", value === null || value === undefined ? "–" : this.format(value)),
        );
      }),
    );
  }
}
customElements.define("lag-chart", LagChart);

/// A chart of `names`.
export function lagChart(options) {
  return Object.assign(document.createElement("lag-chart"), options);
}
