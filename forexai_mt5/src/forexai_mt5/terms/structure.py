"""What the official package's structures are: tuples with named fields, made by the interpreter's C interface."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any, ClassVar, Self, TypeVar, cast

__all__ = ["Structure", "structure_of"]


class Structure(tuple[Any, ...]):
    """A tuple whose items have names, as ``PyStructSequence`` makes it.

    It has ``_asdict()``, which the official package adds, and none of what named tuples have besides: ``_fields``,
    ``_replace`` and ``_make`` are missing there, too. Fields are those annotated in a subclass, in their order.
    """

    __slots__ = ()

    n_fields: ClassVar[int] = 0
    n_sequence_fields: ClassVar[int] = 0
    n_unnamed_fields: ClassVar[int] = 0
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        names = tuple(cls.__annotations__)
        cls.n_fields = cls.n_sequence_fields = len(names)
        cls.__match_args__ = names  # type: ignore[misc]  # as the interpreter sets it for structures of its own
        for place, name in enumerate(names):
            setattr(cls, name, property(itemgetter(place)))

    def __new__(cls, values: Iterable[Any]) -> Self:
        """Take the values of all fields, in order."""
        row = tuple(values)
        if len(row) != cls.n_fields:
            raise TypeError(f"{cls.__name__}() takes a {cls.n_fields}-sequence ({len(row)}-sequence given)")
        return super().__new__(cls, row)

    def _asdict(self) -> dict[str, Any]:
        """Convert named tuple object to dictionary."""
        return dict(zip(self.__match_args__, self, strict=True))

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
        return f"{type(self).__name__}({inside})"


StructureT = TypeVar("StructureT", bound=Structure)

_TYPES = {"int": int, "float": float, "str": str, "bool": bool}


def structure_of(kind: type[StructureT], values: Mapping[str, Any]) -> StructureT:
    """Make a structure from the values of its fields; numbers become the field's type, what is missing is zero.

    Parameters
    ----------
    kind : type
        A subclass of :class:`Structure`.
    values : mapping of str to object
        By field.

    Raises
    ------
    TypeError
        If a value is of no field.
    """
    unknown = values.keys() - set(kind.__match_args__)
    if unknown:
        raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(unknown))}")
    row = []
    for name in kind.__match_args__:
        made = _TYPES.get(cast("str", kind.__annotations__[name]))
        row.append(values.get(name) if made is None else made(values.get(name, 0 if made is not str else "")))
    return kind(row)
