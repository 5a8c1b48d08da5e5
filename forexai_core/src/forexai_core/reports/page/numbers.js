// The data of the page, unpacked; numbers and times as traders write them.
const data = JSON.parse(document.getElementById("report-data").textContent);
const say = (key, values = {}) => data.texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** Undo forexai_core.reports.packing.pack: zigzag variable-length integers in base64. */
function unpack(text) {
  const bytes = atob(text), values = [];
  let value = 0, place = 1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes.charCodeAt(at);
    value += (byte & 127) * place;
    if (byte > 127) { place *= 128; continue; }
    values.push(value % 2 ? -(value + 1) / 2 : value / 2);
    value = 0; place = 1;
  }
  return Float64Array.from(values);
}
/** Undo pack_changes. */
function unpackChanges(text) {
  const values = unpack(text);
  for (let at = 1; at < values.length; at++) values[at] += values[at - 1];
  return values;
}

const formats = new Map();
function fixed(value, digits, sign = false) {
  const key = `${digits}${sign}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat("en-US", {
      minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: sign ? "exceptZero" : "negative",
    }));
  }
  return formats.get(key).format(value);
}
const centPlace = 10 ** data.money_digits;
const amount = (minor, sign = false) => fixed(minor / centPlace, data.money_digits, sign);
const money = (minor, sign = false) => `${amount(minor, sign)} ${data.currency}`.trim();
const percent = (value, digits = 2) => `${fixed(value, digits)} %`;
const dateTime = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");
const count = (value) => fixed(value, 0);

/** First position whose value is above the given one. */
function upperBound(sorted, value) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1; else high = middle;
  }
  return low;
}

/** Round values between two bounds, about so many. */
function roundTicks(low, high, about) {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, about), power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= rough * 0.999);
  const ticks = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at++) ticks.push(at * step);
  return ticks;
}
/** Decimals that tell the ticks apart. */
function tickDigits(ticks) {
  const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : Math.abs(ticks[0]) || 1;
  for (let digits = 0; digits < 8; digits++) {
    const scaled = step * 10 ** digits;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6) return digits;
  }
  return 8;
}

const MONTHS = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", timeZone: "UTC" });
const MINUTE = 60, HOUR = 3600, DAY = 86400, MONTH = 30.4 * DAY;
const STEPS = [[1, MINUTE], [5, MINUTE], [15, MINUTE], [30, MINUTE], [1, HOUR], [3, HOUR], [6, HOUR], [12, HOUR], [1, DAY], [2, DAY],
  [7, DAY], [14, DAY], [1, MONTH], [2, MONTH], [3, MONTH], [6, MONTH], [12, MONTH], [24, MONTH], [60, MONTH]];

/** Where calendar steps fall among ascending times: [position, label, whether a larger unit begins]. */
function timeTicks(times, low, high, about) {
  const first = Math.max(0, Math.floor(low)), last = Math.min(times.length - 1, Math.ceil(high));
  const start = times[first], end = times[last];
  const [many, unit] = STEPS.find(([each, size]) => (each * size * about) >= end - start) ?? STEPS.at(-1);
  const moments = [];
  if (unit === MONTH) {
    const begun = new Date(start * 1000);
    for (let month = begun.getUTCFullYear() * 12; ; month += many) {
      const moment = Date.UTC(Math.floor(month / 12), month % 12, 1) / 1000;
      if (moment > end) break;
      if (moment >= start) moments.push(moment);
    }
  } else {
    const step = many * unit;
    for (let moment = Math.ceil(start / step) * step; moment <= end; moment += step) moments.push(moment);
  }
  const ticks = [];
  for (const moment of moments) {
    const at = upperBound(times, moment - 1);
    if (ticks.length && ticks.at(-1)[0] === at) continue;
    const date = new Date(times[at] * 1000), newYear = date.getUTCMonth() === 0 && unit === MONTH;
    const day = `${date.getUTCDate()} ${MONTHS.format(date)}`;
    const midnight = times[at] % DAY === 0 || (ticks.length && Math.floor(times[ticks.at(-1)[0]] / DAY) < Math.floor(times[at] / DAY));
    let label = unit === MONTH ? (newYear ? `${date.getUTCFullYear()}` : MONTHS.format(date)) : day;
    if (unit < DAY && !midnight && ticks.length) label = date.toISOString().slice(11, 16);
    else if (!ticks.length && !newYear) label += ` ${date.getUTCFullYear()}`;
    ticks.push([at, label, unit === MONTH ? newYear : midnight && unit < DAY]);
  }
  return ticks;
}
