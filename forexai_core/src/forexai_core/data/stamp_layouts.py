"""The ways in which sources write a moment, and where its digits stand."""

from __future__ import annotations

import re

import attrs

__all__ = ["Layout", "find_layout"]

_YEAR_FIRST = r"(?:(?P<y>\d{4})(?P<sep>[-./])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2}))"
_COMPACT = r"(?:(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2}))"
_YEAR_LAST = r"(?:(?P<a>\d{1,2})(?P<sep>[-./])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}))"
_GAP = r"(?P<gap>[ T\t,;|\x1f])"
_CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,:](?P<f>\d{1,9}))?)?"
_COMPACT_CLOCK = r"(?P<H>\d{2})(?P<M>\d{2})(?:(?P<S>\d{2})(?:\.?(?P<f>\d{1,9}))?)?"
_ZONE = r"(?:\s?(?:(?:UTC|GMT)?(?P<sign>[+-])(?P<oh>\d{2}):?(?P<om>\d{2})?|(?P<utc>[Zz]|UTC|GMT)))?"

_PATTERNS = tuple(
    (name, re.compile(pattern, re.ASCII))
    for name, pattern in (
        ("ymd", f"{_YEAR_FIRST}(?:{_GAP}{_CLOCK}{_ZONE})?"),
        ("compact", f"{_COMPACT}(?:{_GAP}{_COMPACT_CLOCK}{_ZONE})?"),
        ("compact", f"{_COMPACT}{_GAP}{_CLOCK}{_ZONE}"),
        ("compact", f"{_COMPACT}{_COMPACT_CLOCK}"),
        ("day-or-month-first", f"{_YEAR_LAST}(?:{_GAP}{_CLOCK}{_ZONE})?"),
    )
)
_EPOCHS = {9: 10**9, 10: 10**9, 13: 10**6, 16: 10**3, 19: 1}
_EPOCH_FRACTION = re.compile(r"(\d{9,10})\.(\d{1,9})", re.ASCII)


@attrs.frozen(kw_only=True)
class Layout:
    """Where the digits of a moment stand in a text of one shape.

    Attributes
    ----------
    family : str
        Rows of one file must share it: order and mark of the date, clock, zone.
    text : str
        The text that showed the shape.
    spans : dict of str to (int, int)
        Field to its first and last (exclusive) position: ``y m d`` or ``a b y``, ``H M S f oh om``,
        or ``epoch`` with perhaps ``f``.
    epoch_unit_ns : int
        Nanoseconds of one unit of ``epoch``; 0 for dates.
    zone_sign : int
        -1 or +1 where an offset is written, 0 where UTC or nothing is.
    zoned : bool
        Whether the moment says its offset from UTC.
    timed : bool
        Whether it has a time of day.
    """

    family: str
    text: str
    spans: dict[str, tuple[int, int]]
    epoch_unit_ns: int = 0
    zone_sign: int = 0
    zoned: bool = False
    timed: bool = True

    @property
    def by_position(self) -> bool:
        """Whether day and month are told apart by their order only."""
        return "a" in self.spans


def find_layout(text: str) -> Layout | None:
    """Find the layout of a moment; None where it is none that is known."""
    if text.isascii() and text.isdigit() and len(text) in _EPOCHS:
        spans = {"epoch": (0, len(text))}
        family = "seconds since 1970" if len(text) < 13 else f"{len(text)} digits since 1970"
        return Layout(family=family, text=text, spans=spans, epoch_unit_ns=_EPOCHS[len(text)], zoned=True)
    fraction = _EPOCH_FRACTION.fullmatch(text)
    if fraction is not None:
        spans = {"epoch": fraction.span(1), "f": fraction.span(2)}
        return Layout(family="seconds since 1970", text=text, spans=spans, epoch_unit_ns=10**9, zoned=True)
    for name, pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            return _layout(name, match)
    return None


def _layout(name: str, match: re.Match[str]) -> Layout:
    found = match.groupdict()
    fields = [field for field in ("y", "m", "d", "a", "b", "H", "M", "S", "f", "oh", "om") if found.get(field)]
    zoned = bool(found.get("sign") or found.get("utc"))
    parts = [
        f"date {name}" + (f" with '{found['sep']}'" if found.get("sep") else ""),
        f"time after {found['gap']!r}" if found.get("gap") else ("time" if "H" in fields else "no time"),
        "seconds" if "S" in fields else "no seconds",
        "offset from UTC" if zoned else "no offset",
    ]
    return Layout(
        family=", ".join(parts),
        text=match.string,
        spans={field: match.span(field) for field in fields},
        zone_sign={"+": 1, "-": -1}.get(found.get("sign") or "", 0),
        zoned=zoned,
        timed="H" in fields,
    )
