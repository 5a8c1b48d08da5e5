"""Names of streams and the like as names of files, on every file system."""

from __future__ import annotations

import re

from forexai_core.errors import IntegrityError

__all__ = ["from_file_name", "to_file_name"]

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_PREFIX = "s-"
_ESCAPED = re.compile(r"%([0-9a-f]{2})")


def to_file_name(name: str) -> str:
    """Write a name so that no two become one, even where capitals do not count, and none is reserved.

    Parameters
    ----------
    name : str
        A name as `forexai_core.ports.names.check_name` accepts it.
    """
    return _PREFIX + "".join(letter if letter in _PLAIN else f"%{ord(letter):02x}" for letter in name)


def from_file_name(file_name: str) -> str:
    """Read a name back.

    Raises
    ------
    IntegrityError
        If `to_file_name` never wrote it.
    """
    name = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), file_name.removeprefix(_PREFIX))
    if to_file_name(name) != file_name:
        raise IntegrityError(f"'{file_name}' does not belong here: move it out of the folder.")
    return name
