"""Strategies written as a compiled function that the ledger calls on every bar or tick."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import new_class
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from forexai_core.errors import ConfigError
from forexai_core.ports.strategy import StrategyForm
from forexai_core.strategies.parameters import Parametric, ParamSpec
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import Clock
from forexai_core.values.ticks import Ticks

if TYPE_CHECKING:
    from forexai_core.engine.deciding.programs import Program

__all__ = ["CompiledStrategy", "compiled_strategy"]

StepFunction = Callable[[Any, Any, Any, Any], None]

_STORED = {bool: np.dtype(np.bool_), int: np.dtype(np.int64), float: np.dtype(np.float64)}
_UNUSED = ("unused", np.uint8)


class CompiledStrategy(Parametric):
    """A strategy whose step is compiled and called by the ledger; made by :func:`compiled_strategy`."""

    form: ClassVar[StrategyForm] = StrategyForm.COMPILED

    _function: ClassVar[StepFunction]
    _state_dtype: ClassVar[np.dtype[Any]]
    _params_dtype: ClassVar[np.dtype[Any]]
    _warmup: ClassVar[int]
    _cache: ClassVar[bool]

    @property
    def warmup(self) -> int:
        """Bars that the step needs before it decides anything: what a live session feeds it first."""
        return self._warmup

    def program(
        self,
        bars: Bars | Ticks,  # noqa: ARG002 - every form is asked the same way
        *,
        others: Mapping[str, Bars | Ticks] | None = None,  # noqa: ARG002
        clock: Clock | None = None,  # noqa: ARG002
    ) -> Program:
        """Make what the batch drive runs.

        Parameters
        ----------
        bars, others, clock
            A step reads its rows one by one, so nothing is made of them here.

        Returns
        -------
        Program
            With the compiled step, its state at zero and its parameters.

        Raises
        ------
        ConfigError
            If the function cannot be compiled.
        """
        # numba is slow to load: only a run needs it
        from forexai_core.engine.deciding.programs import Program
        from forexai_core.engine.deciding.steps import compile_step

        step = compile_step(self._function, self._state_dtype, self._params_dtype, cache=self._cache)
        params = np.zeros(1, self._params_dtype)
        for field, value in self.parameters.items():
            params[field] = value
        return Program(
            step=step,
            state=np.zeros(self._state_dtype.itemsize, np.uint8),
            params=params.view(np.uint8).copy(),
            warmup=self._warmup,
        )


def _declared(name: str, defaults: Mapping[str, Any]) -> tuple[dict[str, type], dict[str, ParamSpec], list[Any]]:
    annotations: dict[str, type] = {}
    specs: dict[str, ParamSpec] = {}
    fields: list[Any] = []
    for field, default in defaults.items():
        spec = default if isinstance(default, ParamSpec) else ParamSpec(default=default)
        kind = type(spec.default.item() if isinstance(spec.default, np.generic) else spec.default)
        if kind not in _STORED:
            raise ConfigError(
                f"{name}: parameter '{field}' needs a default that is a number or a bool, not {spec.default!r}; a "
                "compiled step can read nothing else."
            )
        annotations[field], specs[field] = kind, spec
        fields.append((field, _STORED[kind]))
    return annotations, specs, fields


def _state_of(name: str, state: DTypeLike | None) -> np.dtype[Any]:
    dtype = np.dtype([_UNUSED]) if state is None else np.dtype(state)
    if not dtype.names or dtype.hasobject:
        raise ConfigError(
            f"{name}: state must be a structured dtype of numbers, such as np.dtype([('previous', np.float64)]), "
            f"not {dtype}."
        )
    return dtype


def compiled_strategy(
    *,
    state: DTypeLike | None = None,
    params: Mapping[str, Any] | None = None,
    warmup: int = 0,
    cache: bool = False,
) -> Callable[[StepFunction], type[CompiledStrategy]]:
    """Make a strategy of a function that numba compiles and the ledger calls.

    The function is ``step(row, state, params, out)``: ``row`` is a ROW record of what is known at the close,
    ``state`` a record of the declared dtype, all zeros before the first bar, ``params`` a record of the parameters, and
    ``out`` takes COMMAND rows, which :mod:`forexai_core.strategies.commands` writes (``buy(out, …)``). Records are
    read and written as ``state["previous"]``.

    Parameters
    ----------
    state : structured dtype, optional
        What the step remembers from bar to bar.
    params : mapping of str to number, optional
        Parameters with their defaults, or :func:`Param` with bounds: ``{"fast": 20, "slow": Param(50, ge=2)}``. The
        type of the default is the type of the parameter.
    warmup : int
        Bars that it needs before it decides anything.
    cache : bool
        Keep the compiled step on disk, until anything changes that it reaches: functions and constants, in whatever
        file.

    Returns
    -------
    callable
        A decorator; what it gives is called with parameters: ``cross(fast=20)``.

    Raises
    ------
    ConfigError
        If the state or a parameter cannot be stored in a record.
    """

    def decorate(function: StepFunction) -> type[CompiledStrategy]:
        plain: Any = getattr(function, "py_func", function)
        name = plain.__name__
        annotations, specs, fields = _declared(name, params or {})
        body: dict[str, Any] = {
            "__doc__": plain.__doc__,
            "__module__": plain.__module__,
            "__qualname__": plain.__qualname__,
            "__annotations__": annotations,
            "_function": staticmethod(function),
            "_state_dtype": _state_of(name, state),
            "_params_dtype": np.dtype(fields or [_UNUSED]),
            "_warmup": warmup,
            "_cache": cache,
            **specs,
        }
        made: type[CompiledStrategy] = new_class(name, (CompiledStrategy,), exec_body=lambda space: space.update(body))
        return made

    return decorate
