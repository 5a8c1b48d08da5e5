// Put everything in its place.
readPaint();
const host = (name) => document.getElementById(`chart-${name}`);

if (data.equity && host("equity")) new EquityChart(host("equity"), data.equity);

let priceChart = null;
if (host("price") && data.candles.length) {
  const known = data.candles.map((each, at) => [String(at), each.symbol]);
  const mark = choices(document.getElementById("price-symbols"), known.length > 1 ? known : [], "0", (key) => priceChart.pick(Number(key)));
  priceChart = new PriceChart(host("price"), data.candles, trades);
  priceChart.marked = mark;
}

if (data.histogram) {
  const { width, first, counts } = data.histogram, digits = tickDigits([0, width]);
  const every = Math.max(1, Math.ceil(counts.length / 8));
  const edge = (at) => fixed((first + at) * width, digits);
  new BarChart(host("histogram"), counts.map((value, at) => ({
    value, good: first + at >= 0, label: (first + at) % every === 0 ? edge(at) : "",
    title: `${at ? edge(at) : "≤"} … ${at < counts.length - 1 ? edge(at + 1) : "∞"} ${data.currency}`.replace("≤ …", "≤").replace("… ∞", "…"),
    rows: [[say("tip.trades"), count(value)]],
  })));
}

for (const [name, parts] of Object.entries(data.breakdowns)) {
  if (!host(name)) continue;
  const optional = (value, write) => (value === null ? say("undefined") : write(value));
  new BarChart(host(name), parts.map((part) => ({
    value: part.net_profit, good: part.net_profit >= 0, label: name === "weekday" ? part.label.slice(0, 3) : part.label, title: part.label,
    rows: [[say("slice.net"), money(part.net_profit * centPlace, true)], [say("slice.trades"), count(part.trades)],
      [say("slice.win_rate"), optional(part.win_rate, (value) => percent(100 * value))], [say("slice.factor"), optional(part.profit_factor, (value) => fixed(value, 2))],
      [say("slice.expectancy"), optional(part.expectancy, (value) => money(value * centPlace, true))]],
  })));
}

const inMoney = (values, sign = 1) => values.map((value) => sign * value / centPlace);
new Scatter(host("mae"), inMoney(trades.mae, -1), inMoney(trades.net_profit), { diagonal: false, describe: describeTrade });
new Scatter(host("mfe"), inMoney(trades.mfe), inMoney(trades.net_profit), { diagonal: true, describe: describeTrade });

const table = document.getElementById("trade-table");
if (table) {
  const rows = new TradeTable(table, document.getElementById("trade-pages"), (row) => {
    if (priceChart?.showTrade(row)) { priceChart.marked(String(priceChart.number)); document.getElementById("price").scrollIntoView(); }
  });
  choices(document.getElementById("trade-filters"), Object.keys(FILTERS).map((key) => [key, say(`filter.${key}`)]), "all", (key) => rows.choose(key));
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const repaint = () => { readPaint(); surfaces.forEach((surface) => surface.redraw()); };
dark.addEventListener("change", repaint);
document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement, now = root.dataset.theme ?? (dark.matches ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
  repaint();
});
