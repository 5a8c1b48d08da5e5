"""The filter of names that ``group=`` takes."""

from __future__ import annotations

import re

__all__ = ["matches"]


def _pattern(part: str) -> re.Pattern[str]:
    # Only * stands for anything; other signs of file patterns are ordinary here.
    return re.compile(".*".join(map(re.escape, part.split("*"))))


def matches(group: str, name: str) -> bool:
    """Say whether a name is of a group.

    Parameters
    ----------
    group : str
        Conditions with commas between them, applied one after the other: ``*`` stands for anything, ``!`` takes out.
        ``"*, !*USD*"`` is all without the dollar. A group that only takes out finds nothing, since nothing was in.
    name : str
        Of a symbol.
    """
    inside = False
    for part in (each.strip() for each in group.split(",")):
        if part.startswith("!"):
            inside = inside and not _pattern(part[1:]).fullmatch(name)
        elif part:
            inside = inside or bool(_pattern(part).fullmatch(name))
    return inside
