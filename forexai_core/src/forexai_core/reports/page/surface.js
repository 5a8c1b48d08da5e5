// A place to draw: two canvases over each other, sharp on every screen, redrawn when size or theme change.
const surfaces = [];
const NAMES = ["page", "card", "line", "grid", "ink", "soft", "faint", "accent", "accent-wash", "good", "bad", "good-wash", "bad-wash", "balance", "warn"];
let paint = {};
function readPaint() {
  const style = getComputedStyle(document.documentElement);
  paint = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

const tip = {
  box: document.getElementById("tip"),
  show(event, title, rows) {
    const head = document.createElement("b");
    head.textContent = title;
    this.box.replaceChildren(head, ...rows.map(([name, value]) => {
      const row = document.createElement("span"), left = document.createElement("i"), right = document.createElement("span");
      left.textContent = name; right.textContent = value;
      row.append(left, right);
      return row;
    }));
    this.box.hidden = false;
    const { width, height } = this.box.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    let x = event.clientX + 16, y = event.clientY + 16;
    if (x + width > room - 8) x = event.clientX - width - 16;
    if (y + height > innerHeight - 8) y = event.clientY - height - 16;
    this.box.style.transform = `translate(${Math.max(8, Math.min(x, room - width - 8))}px, ${Math.max(8, y)}px)`;
  },
  hide() { this.box.hidden = true; },
};

class Surface {
  constructor(host) {
    this.host = host;
    this.pen = this.#layer();
    this.over = this.#layer();
    surfaces.push(this);
    new ResizeObserver(() => this.resize()).observe(host);
    host.addEventListener("pointerleave", () => { this.clearOver(); tip.hide(); });
  }
  #layer() {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    this.host.append(canvas);
    return canvas.getContext("2d");
  }
  resize() {
    const { clientWidth: width, clientHeight: height } = this.host, dense = devicePixelRatio || 1;
    if (!width || !height) return;
    Object.assign(this, { width, height });
    for (const pen of [this.pen, this.over]) {
      pen.canvas.width = Math.round(width * dense);
      pen.canvas.height = Math.round(height * dense);
      pen.setTransform(dense, 0, 0, dense, 0, 0);
      pen.font = FONT;
    }
    this.redraw();
  }
  redraw() {
    if (!this.width) return;
    this.pen.clearRect(0, 0, this.width, this.height);
    this.clearOver();
    this.draw();
  }
  clearOver() { this.over.clearRect(0, 0, this.width, this.height); }
  draw() {}

  line(pen, colour, points, width = 1) {
    pen.strokeStyle = colour; pen.lineWidth = width; pen.beginPath();
    points.forEach(([x, y], at) => (at ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.stroke();
  }
  text(words, x, y, { align = "left", base = "middle", colour = paint.soft } = {}) {
    Object.assign(this.pen, { textAlign: align, textBaseline: base, fillStyle: colour });
    this.pen.fillText(words, x, y);
  }
  widest(labels) { return Math.max(0, ...labels.map((label) => this.pen.measureText(label).width)); }
  /** Horizontal lines with labels at the right edge. */
  rule(ticks, labels, y, right) {
    ticks.forEach((tick, at) => {
      const level = Math.round(y(tick)) + 0.5;
      this.line(this.pen, paint.grid, [[0, level], [right, level]]);
      this.text(labels[at], right + 8, level);
    });
  }
}

/** Bars up and down from zero, one a label. */
class BarChart extends Surface {
  constructor(host, bars) {
    super(host);
    this.bars = bars;
    host.addEventListener("pointermove", (event) => this.point(event));
  }
  draw() {
    const { pen, bars } = this;
    if (!bars.length) return;
    const values = bars.map((bar) => bar.value);
    const low = Math.min(0, ...values), high = Math.max(0, ...values), room = (high - low || 1) * 0.06;
    const ticks = roundTicks(low, high, 4), digits = tickDigits(ticks);
    const labels = ticks.map((tick) => fixed(tick, digits));
    const right = this.width - this.widest(labels) - 10, bottom = this.height - 22;
    const y = (value) => 6 + (high + room - value) / (high - low + 2 * room) * (bottom - 12);
    this.rule(ticks, labels, y, right);
    this.step = right / bars.length;
    const thick = Math.min(46, Math.max(1, this.step - Math.max(1, this.step * 0.22)));
    let taken = -Infinity;
    bars.forEach((bar, at) => {
      const middle = (at + 0.5) * this.step, top = Math.min(y(0), y(bar.value)), size = Math.abs(y(0) - y(bar.value));
      pen.fillStyle = bar.good ? paint.good : paint.bad;
      pen.beginPath();
      pen.roundRect(middle - thick / 2, top, thick, Math.max(size, bar.value ? 1 : 0), Math.min(3, thick / 3));
      pen.fill();
      const half = pen.measureText(bar.label).width / 2, place = Math.max(half, Math.min(middle, right - half));
      if (!bar.label || place - half < taken + 6) return;
      this.text(bar.label, place, this.height - 8, { align: "center" });
      taken = place + half;
    });
    this.line(pen, paint.faint, [[0, Math.round(y(0)) + 0.5], [right, Math.round(y(0)) + 0.5]]);
  }
  point(event) {
    const at = Math.floor((event.clientX - this.host.getBoundingClientRect().left) / this.step);
    this.clearOver();
    const bar = this.bars[at];
    if (!bar) { tip.hide(); return; }
    this.over.fillStyle = paint["accent-wash"];
    this.over.fillRect(at * this.step, 0, this.step, this.height - 20);
    tip.show(event, bar.title, bar.rows);
  }
}

/** One dot a trade. */
class Scatter extends Surface {
  constructor(host, xs, ys, { diagonal, describe }) {
    super(host);
    Object.assign(this, { xs, ys, diagonal, describe });
    host.addEventListener("pointermove", (event) => this.point(event));
  }
  draw() {
    const { pen, xs, ys } = this;
    if (!xs.length) return;
    const far = xs.reduce((most, value) => Math.max(most, value), 0) || 1;
    const low = ys.reduce((least, value) => Math.min(least, value), 0), high = ys.reduce((most, value) => Math.max(most, value), 0);
    const room = (high - low || 1) * 0.05, ticks = roundTicks(low, high, 6), digits = tickDigits(ticks);
    const labels = ticks.map((tick) => fixed(tick, digits));
    const right = this.width - this.widest(labels) - 10, bottom = this.height - 22;
    this.x = (value) => 4 + value / (far * 1.03) * (right - 8);
    this.y = (value) => 4 + (high + room - value) / (high - low + 2 * room) * (bottom - 8);
    this.rule(ticks, labels, this.y, right);
    const across = roundTicks(0, far, Math.max(3, right / 60)), acrossDigits = tickDigits(across);
    across.forEach((tick, at) => this.text(fixed(tick, acrossDigits), this.x(tick), this.height - 8, { align: at ? "center" : "left" }));
    this.line(pen, paint.faint, [[0, Math.round(this.y(0)) + 0.5], [right, Math.round(this.y(0)) + 0.5]]);
    if (this.diagonal) {
      const end = Math.min(far, high);
      pen.setLineDash([4, 4]);
      this.line(pen, paint.faint, [[this.x(0), this.y(0)], [this.x(end), this.y(end)]]);
      pen.setLineDash([]);
    }
    const size = xs.length > 4000 ? 1.2 : xs.length > 800 ? 1.8 : 2.6;
    pen.globalAlpha = xs.length > 800 ? 0.45 : 0.7;
    for (let at = 0; at < xs.length; at++) {
      pen.fillStyle = ys[at] > 0 ? paint.good : paint.bad;
      pen.beginPath(); pen.arc(this.x(xs[at]), this.y(ys[at]), size, 0, 6.2832); pen.fill();
    }
    pen.globalAlpha = 1;
  }
  point(event) {
    if (!this.x) return;
    const box = this.host.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
    let nearest = -1, least = 196;
    for (let at = 0; at < this.xs.length; at++) {
      const distance = (this.x(this.xs[at]) - px) ** 2 + (this.y(this.ys[at]) - py) ** 2;
      if (distance < least) { least = distance; nearest = at; }
    }
    this.clearOver();
    if (nearest < 0) { tip.hide(); return; }
    this.over.strokeStyle = paint.ink; this.over.lineWidth = 1.5;
    this.over.beginPath(); this.over.arc(this.x(this.xs[nearest]), this.y(this.ys[nearest]), 5, 0, 6.2832); this.over.stroke();
    tip.show(event, ...this.describe(nearest));
  }
}
