"""How an indicator is declared: once, by its streaming class.

::

    class Rsi(OneInput[float], of=rsi, title="Relative strength index"):
        \"\"\"Streaming twin of :func:`rsi`.\"\"\"

        period: int = length(14)

        def _rows_of_warmup(self) -> int: ...
        def _start(self) -> None: ...
        def _advance(self, value: float) -> float: ...

From this come the name, the constructor with its checks, the parameters that the docstring explains, and the entry in
the catalogue. The batch function is written out, for its signature and its documentation, and asks the class to check
its parameters: ``(period,) = Rsi.checked(period)``.
"""

from __future__ import annotations

import inspect
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, TypeVar, cast, dataclass_transform

import attrs

from forexai_core.indicators.inputs import check_finite
from forexai_core.indicators.parameters import Number, ParameterSpec

__all__ = ["StreamingIndicator"]

Value = TypeVar("Value")


@dataclass_transform()
class StreamingIndicator(ABC, Generic[Value]):
    """An indicator that is fed one bar at a time.

    It gives bit for bit what the batch function of the same name gives in the same row, because both call one step
    function. ``copy.deepcopy`` forks it. An update that raises has changed nothing.

    Parameters
    ----------
    warmup : int
        Number of updates that give no value yet. A declared class takes its own parameters instead.
    """

    name: ClassVar[str]
    """Name in the catalogue."""

    batch: ClassVar[Callable[..., Any]]
    """The batch function."""

    lines: ClassVar[Any] = None
    """The named tuple that it gives; None for one number."""

    columns: ClassVar[tuple[str, ...]]
    """Columns of bars that it takes, in order."""

    arguments: ClassVar[tuple[str, ...]] = ()
    """Names of the arguments, where they are not those of the columns."""

    source: ClassVar[str | None] = None
    """For an indicator of one series: what it is taken of unless the user says otherwise."""

    outputs: ClassVar[tuple[str, ...]]
    """Names of its lines."""

    parameters: ClassVar[tuple[ParameterSpec, ...]] = ()
    """Its parameters, in order."""

    facts: ClassVar[Mapping[str, Any]]
    """What else the catalogue says of it."""

    def __init_subclass__(
        cls,
        *,
        of: Callable[..., Any] | None = None,
        title: str = "",
        main: str | None = None,
        overlay: bool = False,
        aliases: tuple[str, ...] = (),
        event_driven: bool = False,
        summary: str = "",
    ) -> None:
        """Declare a class: ``of`` is its batch function; the rest is as in ``IndicatorSpec``."""
        super().__init_subclass__()
        own = {
            name: attrs.evolve(value, name=name)
            for name, value in vars(cls).items()
            if isinstance(value, ParameterSpec)
        }
        cls.parameters = (*(each for each in cls.parameters if each.name not in own), *own.values())
        if of is None:
            return
        cls.name, cls.batch = of.__name__, staticmethod(of)
        cls.outputs = (cls.name,) if cls.lines is None else tuple(cls.lines._fields)
        cls.facts = {
            "title": title,
            "main_output": main or cls.outputs[0],
            "overlay": overlay,
            "aliases": aliases,
            "event_driven": event_driven,
            "summary": summary,
        }
        if "__init__" not in vars(cls):
            _declare_constructor(cls, of)

    def __init__(self, warmup: int) -> None:
        self._warmup = warmup
        self.reset()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} after {self._count} updates: {self._value!r}>"

    @classmethod
    def checked(cls, *values: Any) -> tuple[Any, ...]:
        """Check parameters.

        Parameters
        ----------
        *values : int or float
            All of them, in order.

        Returns
        -------
        tuple of int or float
            The same as plain Python numbers.

        Raises
        ------
        ConfigError
            If one does not fit.
        """
        numbers = tuple(
            parameter.take(cls.name, value) for parameter, value in zip(cls.parameters, values, strict=True)
        )
        cls._compare(*numbers)
        return numbers

    @classmethod
    def _compare(cls, *numbers: Any) -> None:
        """Check parameters against each other; by default they may be what they like."""

    @classmethod
    def warmup_of(cls, **parameters: Number) -> int:
        """Give the warm-up that parameters make: leading rows of the batch form that are NaN."""
        bare = cls.__new__(cls)
        vars(bare).update(parameters)
        return bare._rows_of_warmup()  # noqa: SLF001  (its own)

    def _rows_of_warmup(self) -> int:
        """Count the updates that give no value yet, from the parameters alone."""
        return 0

    @property
    def warmup(self) -> int:
        """Number of updates that give no value yet: leading rows of the batch form that are NaN."""
        return self._warmup

    @property
    def count(self) -> int:
        """Number of updates since the start or the last reset."""
        return self._count

    @property
    def ready(self) -> bool:
        """Whether the warm-up is over."""
        return self._count > self._warmup

    @property
    def value(self) -> Value:
        """What the last update returned; NaN before the warm-up is over."""
        return self._value

    def reset(self) -> None:
        """Forget everything seen."""
        self._count = 0
        self._value = self._nothing()
        self._start()

    def _start(self) -> None:
        """Make a fresh state; by default there is none."""

    def _nothing(self) -> Value:
        """Give the value of before the warm-up."""
        return cast("Value", math.nan if self.lines is None else self.lines(*[math.nan] * len(self.lines._fields)))

    @abstractmethod
    def _advance(self, *row: Any) -> Value:
        """Change the state by one row; ``_count`` rows were seen before."""

    def _take(self, **row: float) -> Value:
        checked = [check_finite(self.name, argument, value) for argument, value in row.items()]
        self._value = self._advance(*checked)
        self._count += 1
        return self._value


def _declare_constructor(cls: type[StreamingIndicator[Any]], batch: Callable[..., Any]) -> None:
    """Give a class the constructor of its parameters, with its signature and documentation."""
    place = inspect.Parameter.POSITIONAL_OR_KEYWORD
    kinds = {"int": int, "float": float}
    signature = inspect.Signature(
        [
            inspect.Parameter(each.name, place, default=each.default, annotation=kinds[each.kind])
            for each in cls.parameters
        ]
    )

    def construct(self: StreamingIndicator[Any], *values: Any, **named: Any) -> None:
        given = signature.bind(*values, **named)
        given.apply_defaults()
        vars(self).update(zip(given.arguments, cls.checked(*given.arguments.values()), strict=True))
        StreamingIndicator.__init__(self, self._rows_of_warmup())

    declared: Any = cls
    construct.__name__, construct.__qualname__ = "__init__", f"{cls.__qualname__}.__init__"
    declared.__init__, declared.__signature__ = construct, signature
    if cls.__doc__ is not None and cls.parameters:  # without docstrings (python -OO) there is nothing to complete
        cls.__doc__ += _explained(batch, [each.name for each in cls.parameters])


def _explained(batch: Callable[..., Any], names: list[str]) -> str:
    """Copy what the batch function's docstring says of some parameters."""
    section = re.search(r"^Parameters\n-+\n(.*?)\n\n", inspect.getdoc(batch) or "", re.DOTALL | re.MULTILINE)
    entries = re.split(r"\n(?=\S)", section[1]) if section else []
    told = [entry for entry in entries if set(entry.split(" : ")[0].split(", ")) & set(names)]
    return "\n\nParameters\n----------\n" + "\n".join(told) + "\n"
