"""Files as a terminal writes them."""

from __future__ import annotations

BAR_HEADER = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>"
DAY_HEADER = BAR_HEADER.replace("<TIME>\t", "")
TICK_HEADER = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>"


def bar_lines(first_hour, hours, *, day="2023.07.03", base=1.09, digits=5, spread=12):
    """Give hourly bars of one day, which differ from hour to hour."""
    lines = []
    for hour in range(first_hour, first_hour + hours):
        opened = base + hour * 0.0010
        prices = (opened, opened + 0.0008, opened - 0.0006, opened + 0.0004)
        shown = "\t".join(f"{price:.{digits}f}" for price in prices)
        lines.append(f"{day}\t{hour:02d}:00:00\t{shown}\t{1000 + hour}\t0\t{spread}")
    return lines


def tick_lines(first_second, ticks, *, day="2023.07.03"):
    """Give ticks a second apart; of every third only the bid changes, and the ask is left out."""
    lines = []
    for number in range(first_second, first_second + ticks):
        bid = 1.0905 + number * 0.00001
        ask = "" if number % 3 == 1 else f"{bid + 0.00012:.5f}"
        lines.append(f"{day}\t10:00:{number:02d}.250\t{bid:.5f}\t{ask}\t\t\t{2 if not ask else 6}")
    return lines


def write_export(path, header, lines, *, encoding="utf-8", end="\r\n"):
    """Write a file as a terminal on Windows does."""
    path.write_bytes((end.join([header, *lines] if header else lines) + end).encode(encoding))
    return str(path)
