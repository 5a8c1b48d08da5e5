"""Which column of a file holds what, by the names that sources give their columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from forexai_core.errors import DataFormatError, did_you_mean

__all__ = ["BAR_ROLES", "TICK_ROLES", "find_columns", "is_known_name", "says_utc"]

_TIME = (
    "timestamp", "datetime", "time", "date", "gmttime", "localtime", "utctime", "utc", "timeutc", "timegmt", "etcutc",
    "opentime", "timens", "timestampns", "timestampms", "timems", "unix", "unixtime", "unixtimestamp", "epoch",
    "dateutc", "datetimeutc", "timestamputc", "dategmt", "bartime", "index", "ts",
)  # fmt: skip
_SYMBOL = ("symbol", "ticker", "pair", "instrument")
_VOLUME = ("tickvol", "tickvolume", "volume", "vol", "ticks", "bidvolume")
_PRICES = ("open", "high", "low", "close")


def _price_names(field: str) -> tuple[str, ...]:
    return (field, field[0], f"bid{field}", f"{field}bid", f"{field}price", f"bid{field[0]}")


BAR_ROLES: Mapping[str, tuple[str, ...]] = {
    "time": _TIME,
    **{field: _price_names(field) for field in _PRICES},
    "volume": _VOLUME,
    "spread": ("spread", "spreadpoints"),
    **{f"ask_{field}": (f"ask{field}", f"{field}ask", f"ask{field[0]}") for field in _PRICES},
    "symbol": _SYMBOL,
}
"""What a file of bars may hold, and the names it goes by, best first."""

TICK_ROLES: Mapping[str, tuple[str, ...]] = {
    "time": _TIME,
    "bid": ("bid", "bidprice", "b"),
    "ask": ("ask", "askprice", "a", "offer"),
    "volume": ("volume", "vol", "bidvolume"),
    "symbol": _SYMBOL,
}
"""What a file of ticks may hold, and the names it goes by, best first."""

_OPTIONAL = frozenset({"volume", "spread", "symbol"} | {f"ask_{field}" for field in _PRICES})
_DATE_NAMES, _TIME_OF_DAY_NAMES = {"date", "day", "dateutc"}, {"time", "timeofday", "hour", "timeutc"}
_EVERY_NAME = {name for roles in (BAR_ROLES, TICK_ROLES) for names in roles.values() for name in names if len(name) > 1}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.casefold())


def is_known_name(name: str) -> bool:
    """Tell whether a field of a first line is the name of a column."""
    return _plain(name) in _EVERY_NAME


def says_utc(name: str) -> bool:
    """Tell whether a time column's own name says that it is UTC."""
    plain = _plain(name)
    return "utc" in plain or "gmt" in plain


def find_columns(
    header: Sequence[str],
    roles: Mapping[str, tuple[str, ...]],
    chosen: Mapping[str, str | int],
    *,
    file: str,
    line: int | None,
    optional: AbstractSet[str] = frozenset(),
) -> dict[str, tuple[int, ...]]:
    """Give the positions of the columns for each role.

    Parameters
    ----------
    header : sequence of str
        Names in the file.
    roles : mapping
        :data:`BAR_ROLES` or :data:`TICK_ROLES`.
    chosen : mapping of str to str or int
        The user's choice: role to the name in the file, or its number counted from 1.
    file, line
        For messages.
    optional : set of str
        Roles of other kinds of files that may be missing.

    Returns
    -------
    dict
        Role to positions; a date and a time of day in two columns give two for ``time``.

    Raises
    ------
    DataFormatError
        If a column is missing, stands twice, or cannot be chosen.
    """
    plain = [_plain(name) for name in header]
    found: dict[str, tuple[int, ...]] = {}
    try:
        for role, wanted in chosen.items():
            found[role] = (_chosen_position(header, roles, role, wanted),)
        for role, names in roles.items():
            positions = _positions(header, plain, role, names)
            if role not in found and positions:
                found[role] = positions
        if "time" not in found and plain and plain[0] in {"", "unnamed0"}:
            found["time"] = (0,)
        _require(found, header, roles, _OPTIONAL | optional)
    except _ColumnProblem as problem:
        raise DataFormatError(
            problem.problem, file=file, line=line, column=problem.role, remedy=problem.remedy
        ) from None
    return found


class _ColumnProblem(Exception):  # noqa: N818 - becomes a DataFormatError once the file is known
    def __init__(self, problem: str, role: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.role, self.remedy = problem, role, remedy


def _chosen_position(header: Sequence[str], roles: Mapping[str, tuple[str, ...]], role: str, wanted: str | int) -> int:
    if role not in roles:
        raise _ColumnProblem(f"there is no column role '{role}'.", role, did_you_mean(role, roles))
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        if 1 <= wanted <= len(header):
            return wanted - 1
        problem = f"columns={{'{role}': {wanted}}} is no column: the file has {len(header)}, counted from 1."
    else:
        if list(header).count(str(wanted)) == 1:
            return list(header).index(str(wanted))
        problem = f"columns={{'{role}': {wanted!r}}} names no single column."
    raise _ColumnProblem(problem, role, _listed(header, str(wanted)))


def _positions(header: Sequence[str], plain: Sequence[str], role: str, names: Sequence[str]) -> tuple[int, ...]:
    """Find the column of a role by the first of its names that stands in the header."""
    days = [position for position, name in enumerate(plain) if name in _DATE_NAMES]
    hours = [position for position, name in enumerate(plain) if name in _TIME_OF_DAY_NAMES]
    if role == "time" and len(days) == len(hours) == 1:
        return days[0], hours[0]
    name = next((name for name in names if name in plain), None)
    if name is None:
        return ()
    position = plain.index(name)
    if plain.count(name) > 1:
        remedy = f"Say which one by its number, columns={{'{role}': {position + 1}}}."
        raise _ColumnProblem(f"two columns are named '{header[position]}'.", role, remedy)
    return (position,)


def _require(
    found: Mapping[str, object],
    header: Sequence[str],
    roles: Mapping[str, tuple[str, ...]],
    optional: AbstractSet[str],
) -> None:
    asks = [role for role in roles if role.startswith("ask_")]
    incomplete = asks if any(role in found for role in asks) else []
    missing = [role for role in roles if role not in found and (role not in optional or role in incomplete)]
    if not missing:
        return
    other = TICK_ROLES if roles is BAR_ROLES else BAR_ROLES
    names = {_plain(name) for name in header}
    fits_other = all(names & set(other[role]) for role in other if role not in _OPTIONAL)
    if fits_other:
        reader = "read_ticks" if roles is BAR_ROLES else "read_bars"
        remedy = f"These are columns for forexai_core.{reader}."
    else:
        remedy = _listed(header, missing[0]) + f" Name it with columns={{'{missing[0]}': …}}."
    what = ", ".join(f"'{role}'" for role in missing)
    raise _ColumnProblem(f"there is no column for {what}.", missing[0], remedy)


def _listed(header: Iterable[str], wanted: str) -> str:
    names = [name for name in header if name]
    hint = did_you_mean(wanted, names)
    return f"The file has: {', '.join(names)}." + (f" {hint}" if hint.startswith("Did") else "")
