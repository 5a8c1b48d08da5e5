"""Strategies written over whole arrays of prices."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import new_class
from typing import TYPE_CHECKING, Any, ClassVar, overload

from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.ports.strategy import StrategyForm
from forexai_core.strategies.intents import Intents
from forexai_core.strategies.parameters import Parametric, ParamSpec
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import Clock
from forexai_core.values.ticks import Ticks

if TYPE_CHECKING:
    from forexai_core.engine.deciding.programs import Program

__all__ = ["VectorStrategy", "vector_strategy"]

IntentsFunction = Callable[..., Intents]
WarmupRule = int | Callable[..., int]


class VectorStrategy(Parametric, ABC):
    """A strategy that makes all its intents from all bars at once; its parameters are annotated fields.

    Row i may depend on bars up to i only; ``audit_lookahead`` proves it by cutting the data.
    """

    form: ClassVar[StrategyForm] = StrategyForm.VECTOR

    @abstractmethod
    def intents(self, bars: Bars) -> Intents:
        """Say what is wanted at the close of each bar.

        Parameters
        ----------
        bars : Bars
            One symbol.

        Returns
        -------
        Intents
            As many rows as bars.
        """

    @property
    def warmup(self) -> int:
        """Leading bars on which nothing is wanted; live, the trailing window has to be longer."""
        return 0

    def program(
        self,
        bars: Bars,
        *,
        others: Mapping[str, Bars | Ticks] | None = None,  # noqa: ARG002 - every form is asked the same way
        clock: Clock | None = None,  # noqa: ARG002
    ) -> Program:
        """Make what the batch drive runs.

        Parameters
        ----------
        bars : Bars
            One symbol of the run.
        others, clock
            Prices of the run's other symbols and the account's clock; this form looks at its own bars only.

        Returns
        -------
        Program
            With intents; nothing is wanted during the warm-up.

        Raises
        ------
        ConfigError
            If a distance of the management comes to no point of the symbol's prices, or no order there can have its
            volume.
        DataShapeError
            If the rows do not fit the bars.
        """
        # numba is slow to load: only a run needs it
        from forexai_core.engine.deciding.programs import Program, Wishes

        intents = self.intents(bars)
        if not isinstance(intents, Intents):
            raise DataShapeError(f"{self.name}: it must return Intents, not {type(intents).__name__}.")
        if len(intents) != len(bars):
            raise DataShapeError(f"{self.name}: there are {len(bars)} bars, but {len(intents)} rows of intents.")
        intents.management.check(bars.instrument)
        places, rows = intents.checked().wanted
        if ((rows["entry"] != 0) & (rows["volume_lots"] == 0)).any():
            intents.management.check_volume(bars.instrument)
        wishes = Wishes(rows, places, len(intents)).after(self.warmup)
        return Program(wishes=wishes, management=intents.management.record(), warmup=self.warmup)


def _fields_of(function: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, ParamSpec]]:
    """Read the parameters of a strategy off the function that makes its intents."""
    annotations: dict[str, Any] = {}
    specs: dict[str, ParamSpec] = {}
    given = list(inspect.signature(function).parameters.values())
    if not given:
        raise ConfigError(f"{function.__name__}: a vector strategy takes the bars as its first argument.")
    for parameter in given[1:]:
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            raise ConfigError(f"{function.__name__}: name each parameter; *{parameter.name} tells nothing of them.")
        default = parameter.default
        spec = default if isinstance(default, ParamSpec) else ParamSpec()
        if default is not parameter.empty and not isinstance(default, ParamSpec):
            spec = ParamSpec(default=default)
        annotation = parameter.annotation
        if annotation is parameter.empty:
            if spec.required:
                raise ConfigError(f"{function.__name__}: '{parameter.name}' needs an annotation or a default.")
            annotation = type(spec.default)
        annotations[parameter.name] = annotation
        specs[parameter.name] = spec
    return annotations, specs


def _class_of(function: IntentsFunction, warmup: WarmupRule) -> type[VectorStrategy]:
    annotations, specs = _fields_of(function)

    def intents(self: VectorStrategy, bars: Bars) -> Intents:
        return function(bars, **self.parameters)

    def bars_of_warmup(self: VectorStrategy) -> int:
        return warmup if isinstance(warmup, int) else warmup(**_taken_by(warmup, self.parameters))

    body: dict[str, Any] = {
        "__doc__": function.__doc__,
        "__module__": function.__module__,
        "__qualname__": function.__qualname__,
        "__annotations__": annotations,
        "__wrapped__": staticmethod(function),
        "intents": intents,
        "warmup": property(bars_of_warmup, doc="Leading bars on which nothing is wanted."),
        **specs,
    }
    made: type[VectorStrategy] = new_class(
        function.__name__, (VectorStrategy,), exec_body=lambda space: space.update(body)
    )
    return made


def _taken_by(function: Callable[..., Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    names = inspect.signature(function).parameters
    return {name: value for name, value in parameters.items() if name in names}


@overload
def vector_strategy(function: IntentsFunction, /) -> type[VectorStrategy]: ...
@overload
def vector_strategy(*, warmup: WarmupRule = 0) -> Callable[[IntentsFunction], type[VectorStrategy]]: ...
def vector_strategy(
    function: IntentsFunction | None = None, /, *, warmup: WarmupRule = 0
) -> type[VectorStrategy] | Callable[[IntentsFunction], type[VectorStrategy]]:
    """Make a strategy of a function from bars to intents.

    Parameters
    ----------
    function : callable
        ``function(bars, **parameters)`` gives :class:`Intents`. Its other arguments are the parameters, by annotation
        and default; :func:`Param` gives them bounds.
    warmup : int or callable
        Leading bars on which nothing is wanted; a callable takes any of the parameters by name.

    Returns
    -------
    type of VectorStrategy
        Called with parameters it gives a strategy: ``cross(fast=20, slow=50)``.

    Examples
    --------
    >>> @vector_strategy(warmup=lambda slow: slow)
    ... def cross(bars: Bars, fast: int = 20, slow: int = 50) -> Intents: ...
    """
    if function is not None:
        return _class_of(function, warmup)

    def decorate(function: IntentsFunction) -> type[VectorStrategy]:
        return _class_of(function, warmup)

    return decorate
