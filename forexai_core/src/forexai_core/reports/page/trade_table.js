// The trades: unpacked columns, how one is told in words, and the table that sorts, filters and turns pages.
function unpackTrades(packed) {
  const columns = { count: packed.count, ticket: packed.ticket };
  for (const name of ["symbol", "side", "volume", "commission", "swap", "net_profit", "mae", "mfe", "reason", "marks", "doubts"]) columns[name] = unpack(packed[name]);
  for (const name of ["opened", "closed", "open_price", "close_price", "stop_loss", "take_profit"]) columns[name] = unpackChanges(packed[name]);
  return columns;
}
const trades = unpackTrades(data.trades);
const symbolOf = (row) => data.trades.symbols[trades.symbol[row]];
const priceOf = (row, name) => { const digits = data.trades.digits[trades.symbol[row]]; return fixed(trades[name][row] / 10 ** digits, digits); };
const levelOf = (row, name) => (trades[name][row] ? priceOf(row, name) : "");
const sideOf = (row) => say(trades.side[row] > 0 ? "side.buy" : "side.sell");
const reasonOf = (row) => { const at = trades.reason[row], name = data.trades.reasons[at]; return data.trades.known[at] ? say(`reason.${name}`) : name; };
const doubtsOf = (row) => data.trades.doubted.filter((_, place) => (trades.doubts[row] >> place) & 1).map((name) => say(`doubt.${name}`));
const lotsOf = (row) => { const lots = trades.volume[row] / 1e8; return fixed(lots, Math.abs(lots * 100 - Math.round(lots * 100)) < 1e-6 ? 2 : 4); };

function describeTrade(row) {
  return [`${sideOf(row)} ${lotsOf(row)} ${symbolOf(row)}`, [
    [say("column.opened"), dateTime(trades.opened[row])], [say("column.open_price"), priceOf(row, "open_price")],
    [say("column.closed"), dateTime(trades.closed[row])], [say("column.close_price"), priceOf(row, "close_price")],
    [say("column.reason"), reasonOf(row)], [say("column.mae"), amount(trades.mae[row])], [say("column.mfe"), amount(trades.mfe[row])],
    [say("column.net"), money(trades.net_profit[row], true)]]];
}

const COLUMNS = [
  { name: "ticket", value: (row) => row, cell: (row) => trades.ticket[row] },
  { name: "symbol", text: true, value: symbolOf, cell: symbolOf },
  { name: "side", text: true, value: (row) => -trades.side[row], cell: sideOf, tone: (row) => (trades.side[row] > 0 ? "buy" : "sell") },
  { name: "volume", value: (row) => trades.volume[row], cell: lotsOf },
  { name: "opened", value: (row) => trades.opened[row], cell: (row) => dateTime(trades.opened[row]) },
  { name: "open_price", value: (row) => trades.open_price[row], cell: (row) => priceOf(row, "open_price") },
  { name: "closed", value: (row) => trades.closed[row], cell: (row) => dateTime(trades.closed[row]) },
  { name: "close_price", value: (row) => trades.close_price[row], cell: (row) => priceOf(row, "close_price") },
  { name: "reason", text: true, value: reasonOf, cell: reasonOf },
  { name: "net", value: (row) => trades.net_profit[row], cell: (row) => amount(trades.net_profit[row], true), tone: (row) => (trades.net_profit[row] > 0 ? "good" : trades.net_profit[row] < 0 ? "bad" : "") },
  { name: "stop", value: (row) => trades.stop_loss[row], cell: (row) => levelOf(row, "stop_loss") },
  { name: "target", value: (row) => trades.take_profit[row], cell: (row) => levelOf(row, "take_profit") },
  { name: "commission", value: (row) => trades.commission[row], cell: (row) => amount(trades.commission[row]) },
  { name: "swap", value: (row) => trades.swap[row], cell: (row) => amount(trades.swap[row]) },
  { name: "mae", value: (row) => trades.mae[row], cell: (row) => amount(trades.mae[row]) },
  { name: "mfe", value: (row) => trades.mfe[row], cell: (row) => amount(trades.mfe[row]) },
];
const NARROW = new Set(["symbol", "side", "opened", "reason", "net"]); // what a phone shows
const FILTERS = { all: () => true, wins: (row) => trades.net_profit[row] > 0, losses: (row) => trades.net_profit[row] < 0, ambiguous: (row) => trades.marks[row] % 2 === 1 };
const PAGE = 25;

function element(name, { text, type, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries({ ...attributes, ...(type ? { type } : {}) })) if (value !== "") made.setAttribute(key, value);
  made.append(...children);
  return made;
}
/** Buttons of which one is pressed. */
function choices(host, names, chosen, choose) {
  const buttons = names.map(([key, label]) => {
    const button = element("button", { type: "button", text: label, "aria-pressed": String(key === chosen) });
    button.addEventListener("click", () => { buttons.forEach((each) => each.setAttribute("aria-pressed", String(each === button))); choose(key); });
    return button;
  });
  host.replaceChildren(...buttons);
  return (key) => buttons.forEach((each, at) => each.setAttribute("aria-pressed", String(names[at][0] === key)));
}

class TradeTable {
  constructor(table, pages, open) {
    Object.assign(this, { body: table.tBodies[0], pages, open, page: 0, sorted: "ticket", falling: false, filter: "all" });
    this.heads = COLUMNS.map((column) => {
      const button = element("button", { type: "button", text: say(`column.${column.name}`) });
      button.addEventListener("click", () => this.sort(column.name));
      return element("th", { scope: "col", class: `${column.text ? "text" : ""} ${NARROW.has(column.name) ? "" : "roomy"}`.trim() }, button);
    });
    table.tHead.replaceChildren(element("tr", {}, ...this.heads));
    this.arrange();
  }
  sort(name) {
    this.falling = this.sorted === name ? !this.falling : name === "net";
    this.sorted = name; this.arrange();
  }
  choose(filter) { this.filter = filter; this.arrange(); }
  arrange() {
    const { value } = COLUMNS.find((column) => column.name === this.sorted), way = this.falling ? -1 : 1;
    this.rows = [];
    for (let row = 0; row < trades.count; row++) if (FILTERS[this.filter](row)) this.rows.push(row);
    const keys = new Map(this.rows.map((row) => [row, value(row)]));
    this.rows.sort((one, other) => { const a = keys.get(one), b = keys.get(other); return (a < b ? -way : a > b ? way : 0) || one - other; });
    COLUMNS.forEach((column, at) => {
      if (column.name === this.sorted) this.heads[at].setAttribute("aria-sort", this.falling ? "descending" : "ascending");
      else this.heads[at].removeAttribute("aria-sort");
    });
    this.page = 0; this.draw();
  }
  draw() {
    const start = this.page * PAGE, shown = this.rows.slice(start, start + PAGE);
    this.body.replaceChildren(...shown.map((row) => {
      const line = element("tr", { tabindex: "0" }, ...COLUMNS.map((column) => {
        const cell = element("td", { text: column.cell(row), class: [column.text ? "text" : "", NARROW.has(column.name) ? "" : "roomy", column.tone?.(row) ?? ""].join(" ").trim() });
        if (column.name === "reason" && trades.marks[row]) {
          const marks = trades.marks[row], told = [];
          if (marks % 2) told.push([say("mark.ambiguous"), ...doubtsOf(row)].join(" – "));
          if (marks > 1) told.push(say("mark.intrabar"));
          cell.append(element("sup", { text: marks % 2 ? " ?" : " ◦", title: told.join("; "), class: marks % 2 ? "doubt" : "" }));
        }
        return cell;
      }));
      line.addEventListener("click", () => this.open(row));
      line.addEventListener("keydown", (event) => { if (event.key === "Enter") this.open(row); });
      return line;
    }));
    const words = say("trades.pages", { from: count(shown.length ? start + 1 : 0), to: count(start + shown.length), count: count(this.rows.length) });
    const turn = (label, to) => {
      const button = element("button", { type: "button", text: label });
      button.disabled = to < 0 || to * PAGE >= this.rows.length;
      button.addEventListener("click", () => { this.page = to; this.draw(); });
      return button;
    };
    this.pages.replaceChildren(element("span", { text: words }), element("div", {}, turn(say("trades.before"), this.page - 1), turn(say("trades.next"), this.page + 1)));
  }
}
