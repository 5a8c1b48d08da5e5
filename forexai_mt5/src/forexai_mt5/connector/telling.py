"""What a broker's plugin gives, checked where it becomes a message: nothing that cannot be told gets any further."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from forexai_core.errors import DataError, ForexAIError
from forexai_mt5.protocol.envelope import Part

__all__ = ["UntellableError", "said_of", "told_as"]

_PartT = TypeVar("_PartT", bound=Part)


class UntellableError(DataError):
    """A broker's plugin gave a value that no message can hold, such as a price that is no number."""


def told_as(kind: type[_PartT], what: str, values: Mapping[str, Any]) -> _PartT:
    """Make a part of a message of what a broker's plugin gave.

    Parameters
    ----------
    kind : type
        Of the part.
    what : str
        Of which it tells, for people: ``position 7``.
    values : Mapping
        Its fields.

    Raises
    ------
    UntellableError
        If a value is none of its kind; it says which.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"])) or "all of it"
        raise UntellableError(
            f"The broker's plugin tells of {what} what cannot be passed on: {place}: {first['msg'][:200]}. Look at it "
            "at the broker."
        ) from None


def said_of(problem: Exception) -> str:
    """Give what may be said of an error to the platform: nothing of one that nobody expected but its kind."""
    text = f": {problem}" if isinstance(problem, ForexAIError) else ""
    return f"{type(problem).__name__}{text}"[:500]
