// Charts over time: an axis by position, so that weekends take no room; zoomed and moved by mouse, touch and keys.
class TimeChart extends Surface {
  constructor(host, times) {
    super(host);
    this.setTimes(times);
    this.touches = new Map();
    this.#listen();
  }
  setTimes(times) {
    this.times = times; this.low = 0; this.high = Math.max(1, times.length); this.least = Math.min(12, times.length);
  }
  x(at) { return (at + 0.5 - this.low) / (this.high - this.low) * this.right; }
  at(x) { return this.low + x / this.right * (this.high - this.low) - 0.5; }
  view(low, high) {
    const all = this.times.length, span = Math.min(Math.max(high - low, this.least), all);
    const start = Math.max(0, Math.min((low + high - span) / 2, all - span));
    this.low = start; this.high = start + span;
    this.schedule();
  }
  schedule() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.redraw(); });
  }
  zoom(factor, around = (this.low + this.high) / 2) {
    this.view(around - (around - this.low) * factor, around + (this.high - around) * factor);
  }
  move(by) {
    const shift = Math.max(-this.low, Math.min(by, this.times.length - this.high));
    this.view(this.low + shift, this.high + shift);
  }
  all() { this.view(0, this.times.length); }
  command(name) { ({ in: () => this.zoom(0.5), out: () => this.zoom(2), all: () => this.all() })[name](); }
  place(event) { return event.clientX - this.host.getBoundingClientRect().left; }

  #listen() {
    const { host, touches } = this;
    host.addEventListener("wheel", (event) => {
      if (document.activeElement !== host && !event.ctrlKey) return;
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.move(event.deltaX / this.right * (this.high - this.low));
      else this.zoom(Math.exp(Math.sign(event.deltaY) * Math.min(0.4, Math.abs(event.deltaY) / 300)), this.at(this.place(event)));
    }, { passive: false });
    host.addEventListener("pointerdown", (event) => {
      touches.set(event.pointerId, this.place(event));
      host.focus({ preventScroll: true });
      if (event.pointerType === "mouse") host.setPointerCapture(event.pointerId);
    });
    host.addEventListener("pointermove", (event) => {
      const before = touches.get(event.pointerId), now = this.place(event);
      if (before === undefined) { this.point(event); return; }
      if (touches.size === 2) {
        const [other] = [...touches].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
        const gap = Math.abs(now - other);
        if (gap > 20) this.zoom(Math.abs(before - other) / gap, this.at((now + other) / 2));
      } else if (this.high - this.low < this.times.length) {
        this.move((before - now) / this.right * (this.high - this.low));
        tip.hide();
      } else this.point(event);
      touches.set(event.pointerId, now);
    });
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) host.addEventListener(name, (event) => touches.delete(event.pointerId));
    host.addEventListener("dblclick", () => this.all());
    host.addEventListener("keydown", (event) => {
      const span = this.high - this.low;
      const act = { ArrowLeft: () => this.move(-span / 8), ArrowRight: () => this.move(span / 8), "+": () => this.zoom(0.6),
        "=": () => this.zoom(0.6), "-": () => this.zoom(1.7), 0: () => this.all(), Home: () => this.all() }[event.key];
      if (act && !event.ctrlKey && !event.metaKey) { event.preventDefault(); act(); }
    });
    for (const button of document.querySelectorAll(`.zoom[data-for="${host.id}"] button`)) {
      button.addEventListener("click", () => this.command(button.dataset.zoom));
    }
  }
  span() { return [Math.max(0, Math.floor(this.low - 1)), Math.min(this.times.length - 1, Math.ceil(this.high))]; }
  drawTimes(top, bottom) {
    let taken = -Infinity;
    for (const [at, label, strong] of timeTicks(this.times, this.low, this.high - 1, Math.max(3, this.right / 80))) {
      const x = Math.round(this.x(at)) + 0.5, half = this.pen.measureText(label).width / 2;
      if (x < 0 || x > this.right) continue;
      this.line(this.pen, strong ? paint.line : paint.grid, [[x, top], [x, bottom]]);
      const middle = Math.max(half, Math.min(x, this.right - half));
      if (middle - half < taken + 10) continue;
      this.text(label, middle, this.height - 8, { align: "center", colour: strong ? paint.ink : paint.soft });
      taken = middle + half;
    }
  }
  cross(x) { this.line(this.over, paint.faint, [[Math.round(x) + 0.5, 0], [Math.round(x) + 0.5, this.height - 20]]); }
}

class EquityChart extends TimeChart {
  constructor(host, packed) {
    super(host, unpackChanges(packed.time));
    this.place10 = 10 ** packed.digits;
    this.equity = unpackChanges(packed.equity);
    const below = unpack(packed.low), above = unpack(packed.high);
    this.lows = this.equity.map((value, at) => value - below[at]);
    this.highs = this.equity.map((value, at) => value + above[at]);
    this.balance = unpackChanges(packed.balance);
    this.fall = unpackChanges(packed.fall).map((value) => value / 1000);
  }
  draw() {
    const { pen } = this, [first, last] = this.span();
    let least = Infinity, most = -Infinity, deepest = 0;
    for (let at = first; at <= last; at++) {
      least = Math.min(least, this.lows[at], this.balance[at]); most = Math.max(most, this.highs[at], this.balance[at]);
      deepest = Math.max(deepest, this.fall[at]);
    }
    const room = (most - least || this.place10) * 0.06, bottom = this.height - 24, split = Math.round(bottom * 0.7);
    const low = (least - room) / this.place10, high = (most + room) / this.place10, deep = (deepest || 1) * 1.08;
    const ticks = roundTicks(low, high, split / 42), digits = tickDigits(ticks), labels = ticks.map((tick) => fixed(tick, digits));
    const depths = roundTicks(0, deep, 3), depthDigits = tickDigits(depths), depthLabels = depths.map((tick) => (tick ? `-${fixed(tick, depthDigits)} %` : "0 %"));
    this.right = this.width - this.widest([...labels, ...depthLabels]) - 10;
    const y = this.y = (value) => 4 + (high - value / this.place10) / (high - low) * (split - 8);
    const down = this.down = (value) => split + 18 + value / deep * (bottom - split - 20);
    this.drawTimes(0, bottom);
    this.rule(ticks, labels, (tick) => y(tick * this.place10), this.right);
    this.rule(depths, depthLabels, down, this.right);
    pen.save(); pen.beginPath(); pen.rect(0, 0, this.right, bottom + 2); pen.clip();
    const path = (values, scale) => { const points = []; for (let at = first; at <= last; at++) points.push([this.x(at), scale(values[at])]); return points; };
    const curve = path(this.equity, y), under = path(this.fall, down);
    const fill = (points, base, colour) => {
      pen.fillStyle = colour; pen.beginPath(); pen.moveTo(points[0][0], base);
      points.forEach(([px, py]) => pen.lineTo(px, py));
      pen.lineTo(points.at(-1)[0], base); pen.fill();
    };
    const wash = pen.createLinearGradient(0, 0, 0, split);
    wash.addColorStop(0, paint["accent-wash"]); wash.addColorStop(1, "transparent");
    fill(curve, split, wash);
    if (data.equity.rows > 1) {
      pen.fillStyle = paint["accent-wash"]; pen.beginPath();
      path(this.highs, y).forEach(([px, py], at) => (at ? pen.lineTo(px, py) : pen.moveTo(px, py)));
      path(this.lows, y).reverse().forEach(([px, py]) => pen.lineTo(px, py));
      pen.fill();
    }
    this.line(pen, paint.balance, path(this.balance, y), 1);
    this.line(pen, paint.accent, curve, 1.7);
    fill(under, down(0), paint["bad-wash"]);
    this.line(pen, paint.bad, under, 1.2);
    pen.restore();
  }
  point(event) {
    if (!this.y) return;
    const at = Math.max(0, Math.min(this.times.length - 1, Math.round(this.at(this.place(event)))));
    this.clearOver();
    const x = this.x(at);
    if (x < 0 || x > this.right + 1) { tip.hide(); return; }
    this.cross(x);
    for (const [colour, level] of [[paint.accent, this.y(this.equity[at])], [paint.bad, this.down(this.fall[at])]]) {
      this.over.fillStyle = colour; this.over.beginPath(); this.over.arc(x, level, 4, 0, 6.2832); this.over.fill();
    }
    tip.show(event, dateTime(this.times[at]), [[say("tip.equity"), money(this.equity[at])], [say("tip.balance"), money(this.balance[at])],
      [say("tip.drawdown"), this.fall[at] ? `-${percent(this.fall[at])}` : percent(0)]]);
  }
}

class PriceChart extends TimeChart {
  constructor(host, list, trades) {
    super(host, new Float64Array(1));
    Object.assign(this, { list, trades, chosen: -1 });
    this.pick(0);
  }
  /** Show another symbol. */
  pick(number) {
    const packed = this.list[number];
    this.number = number; this.digits = packed.digits;
    const close = unpackChanges(packed.close), from = unpack(packed.open), above = unpack(packed.high), below = unpack(packed.low);
    const open = close.map((value, at) => value + from[at]);
    Object.assign(this, { open, close,
      top: close.map((value, at) => Math.max(value, open[at]) + above[at]), floor: close.map((value, at) => Math.min(value, open[at]) - below[at]) });
    this.setTimes(unpackChanges(packed.time));
    this.marks = [];
    const symbol = data.trades.symbols.indexOf(packed.symbol), { trades } = this;
    for (let row = 0; row < trades.count; row++) {
      if (trades.symbol[row] !== symbol) continue;
      const start = upperBound(this.times, trades.opened[row]) - 1, stop = upperBound(this.times, trades.closed[row]) - 1;
      if (stop >= 0) this.marks.push({ row, start: Math.max(0, start), stop, from: trades.open_price[row], to: trades.close_price[row], side: trades.side[row], won: trades.net_profit[row] > 0 });
    }
    const note = document.getElementById("price-note");
    const told = { symbol: packed.symbol, timeframe: packed.timeframe, rows: count(packed.rows) };
    if (note) note.textContent = say(packed.rows > 1 ? "price.sampled" : "price.whole", told);
    const recent = Math.min(this.times.length, Math.max(60, Math.round((this.host.clientWidth || 900) / 4.6)));
    this.view(this.times.length - recent, this.times.length);
  }
  /** Show one trade in its surroundings. */
  showTrade(row) {
    const number = this.list.findIndex((each) => each.symbol === data.trades.symbols[this.trades.symbol[row]]);
    if (number < 0) return false;
    if (number !== this.number) this.pick(number);
    const mark = this.marks.find((each) => each.row === row);
    if (!mark) return false;
    this.chosen = row;
    const around = Math.max(40, (mark.stop - mark.start) * 0.6);
    this.view(mark.start - around, mark.stop + around);
    return true;
  }
  draw() {
    const { pen } = this, [first, last] = this.span(), place = 10 ** this.digits;
    let least = Infinity, most = -Infinity;
    for (let at = first; at <= last; at++) { least = Math.min(least, this.floor[at]); most = Math.max(most, this.top[at]); }
    const room = (most - least || 10) * 0.07, low = least - room, high = most + room, bottom = this.height - 24;
    const ticks = roundTicks(low / place, high / place, bottom / 55), digits = Math.min(this.digits, Math.max(tickDigits(ticks), Math.min(2, this.digits)));
    const labels = ticks.map((tick) => fixed(tick, digits));
    this.right = this.width - this.widest(labels) - 10;
    const y = this.y = (value) => (high - value) / (high - low) * bottom;
    this.drawTimes(0, bottom);
    this.rule(ticks, labels, (tick) => y(tick * place), this.right);
    pen.save(); pen.beginPath(); pen.rect(0, 0, this.right, bottom); pen.clip();
    const step = this.right / (this.high - this.low);
    if (step >= 3) this.drawCandles(first, last, step); else this.drawColumns(first, last);
    this.drawTrades(first, last, step);
    pen.restore();
  }
  drawCandles(first, last, step) {
    const { pen, y } = this, thick = Math.max(1, Math.min(14, Math.floor(step * 0.66)));
    for (let at = first; at <= last; at++) {
      const rose = this.close[at] >= this.open[at], x = Math.round(this.x(at)) + 0.5;
      pen.strokeStyle = pen.fillStyle = rose ? paint.good : paint.bad;
      pen.globalAlpha = 0.62; pen.lineWidth = 1;
      pen.beginPath(); pen.moveTo(x, y(this.top[at])); pen.lineTo(x, y(this.floor[at])); pen.stroke();
      const upper = y(Math.max(this.open[at], this.close[at])), lower = y(Math.min(this.open[at], this.close[at]));
      pen.fillRect(x - thick / 2, upper, thick, Math.max(1, lower - upper));
    }
    pen.globalAlpha = 1;
  }
  /** Too many candles for the pixels: one line from low to high a column. */
  drawColumns(first, last) {
    const { pen, y } = this;
    let column = null, lowest = 0, highest = 0;
    pen.strokeStyle = paint.soft; pen.lineWidth = 1; pen.beginPath();
    const flush = () => { if (column !== null) { pen.moveTo(column + 0.5, y(highest)); pen.lineTo(column + 0.5, Math.max(y(lowest), y(highest) + 1)); } };
    for (let at = first; at <= last; at++) {
      const x = Math.floor(this.x(at));
      if (x !== column) { flush(); column = x; lowest = this.floor[at]; highest = this.top[at]; }
      lowest = Math.min(lowest, this.floor[at]); highest = Math.max(highest, this.top[at]);
    }
    flush(); pen.stroke();
  }
  drawTrades(first, last, step) {
    const { pen, y } = this;
    const seen = this.marks.filter((mark) => mark.stop >= first && mark.start <= last);
    const size = seen.length > 500 ? 0 : seen.length > 160 ? 3 : 5;
    for (const mark of seen) {
      const colour = mark.won ? paint.good : paint.bad, x0 = this.x(mark.start), x1 = this.x(mark.stop), y0 = y(mark.from), y1 = y(mark.to);
      if (mark.row === this.chosen) {
        pen.fillStyle = paint["accent-wash"];
        pen.fillRect(x0 - step / 2, 0, Math.max(2, x1 - x0 + step), this.height);
      }
      this.line(pen, colour, [[x0, y0], [x1, y1]], size === 5 ? 2 : 1.3);
      if (!size) continue;
      pen.fillStyle = colour; pen.strokeStyle = paint.card; pen.lineWidth = 1.5;
      const way = mark.side > 0 ? 1 : -1;
      pen.beginPath(); pen.moveTo(x0, y0 - way * size * 0.4); pen.lineTo(x0 - size, y0 + way * size * 1.5); pen.lineTo(x0 + size, y0 + way * size * 1.5);
      pen.closePath(); pen.fill(); pen.stroke();
      pen.beginPath(); pen.arc(x1, y1, size * 0.8, 0, 6.2832); pen.fillStyle = paint.card; pen.fill();
      pen.strokeStyle = colour; pen.lineWidth = 2; pen.stroke();
    }
  }
  point(event) {
    if (!this.y) return;
    const box = this.host.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
    const at = Math.max(0, Math.min(this.times.length - 1, Math.round(this.at(px)))), x = this.x(at);
    this.clearOver();
    if (x < 0 || px > this.right) { tip.hide(); return; }
    this.cross(x);
    let found = null, least = 144;
    const [first, last] = this.span();
    for (const mark of this.marks) {
      if (mark.stop < first || mark.start > last) continue;
      for (const [place, price] of [[mark.start, mark.from], [mark.stop, mark.to]]) {
        const distance = (this.x(place) - px) ** 2 + (this.y(price) - py) ** 2;
        if (distance < least) { least = distance; found = mark; }
      }
    }
    if (found) { tip.show(event, ...describeTrade(found.row)); return; }
    const price = (value) => fixed(value / 10 ** this.digits, this.digits);
    tip.show(event, dateTime(this.times[at]), [[say("tip.open"), price(this.open[at])], [say("tip.high"), price(this.top[at])], [say("tip.low"), price(this.floor[at])], [say("tip.close"), price(this.close[at])]]);
  }
}
