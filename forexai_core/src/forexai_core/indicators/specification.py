"""What the catalogue knows of an indicator: its inputs, parameters, outputs, and both of its forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.indicators.inputs import Floats, check_aligned, check_series
from forexai_core.indicators.parameters import Number, ParameterSpec
from forexai_core.indicators.prices import SOURCE_COLUMNS, Columns, check_source, combine_source
from forexai_core.indicators.streaming import StreamingIndicator

__all__ = ["BoundIndicator", "BoundStream", "IndicatorSpec", "specify"]


@attrs.frozen(kw_only=True, eq=False)
class IndicatorSpec:
    """An indicator of the catalogue.

    Attributes
    ----------
    name, title : str
        How it is called in code and rules, and by people.
    inputs : tuple of str
        Columns of bars that it takes, in order: open, high, low, close, volume; ``day`` is the number of the trading
        day on the clock that days are counted by (``clock.to_wall_ns(time_ns) // NS_PER_DAY``); ``time_ns`` is when the
        bar begins, nanoseconds UTC.
    source : str or None
        For an indicator of one series: what it is taken of unless the user says otherwise (one of
        ``prices.SOURCE_COLUMNS``). None where inputs are fixed.
    parameters : tuple of ParameterSpec
        In the order in which they may be given.
    outputs : tuple of str
        Names of its lines.
    main_output : str
        The line meant when none is named.
    overlay : bool
        Whether it is drawn on the price chart, rather than in a pane of its own.
    batch : callable
        ``batch(*inputs, **parameters)`` gives an array, or a named tuple of arrays.
    streaming : callable
        ``streaming(**parameters)`` gives the twin with ``update(*inputs)``.
    warmup : callable
        ``warmup(**parameters)`` gives the number of leading rows that are NaN in every output.
    aliases : tuple of str
        Other names that are understood.
    event_driven : bool
        Whether the first number may come later than the warm-up says: it waits for a new day, or for a swing.
    arguments : tuple of str
        Names of the arguments of ``batch`` and ``update``, where they are not those of ``inputs``.
    summary : str
        A sentence that says what it shows, where the title does not.
    """

    name: str
    title: str
    inputs: tuple[str, ...]
    source: str | None = None
    parameters: tuple[ParameterSpec, ...] = ()
    outputs: tuple[str, ...]
    main_output: str
    overlay: bool = False
    batch: Callable[..., Any]
    streaming: Callable[..., Any]
    warmup: Callable[..., int]
    aliases: tuple[str, ...] = ()
    event_driven: bool = False
    arguments: tuple[str, ...] = ()
    summary: str = ""

    def bind(self, *values: Number, **named: Number) -> dict[str, Number]:
        """Complete and check parameters.

        Parameters
        ----------
        *values : int or float
            In the order of ``parameters``.
        **named : int or float
            By name.

        Returns
        -------
        dict
            Every parameter by name, defaults filled in.

        Raises
        ------
        ConfigError
            If there are too many, one is unknown or given twice, or a value does not fit.
        """
        names = [parameter.name for parameter in self.parameters]
        takes = f"It takes {', '.join(names)}." if names else "It takes none."
        if len(values) > len(names):
            msg = f"{self.name}: got {len(values)} parameters. {takes}"
            raise ConfigError(msg)
        given = dict(zip(names, values, strict=False))
        for name, value in named.items():
            if name not in names:
                msg = f"{self.name}: there is no parameter {name!r}. {did_you_mean(name, names) or takes}"
                raise ConfigError(msg)
            if name in given:
                msg = f"{self.name}: {name} is given twice, by place and by name; give it once."
                raise ConfigError(msg)
            given[name] = value
        return {
            parameter.name: parameter.check(self.name, given.get(parameter.name, parameter.default))
            for parameter in self.parameters
        }

    def check_output(self, output: str | None = None) -> str:
        """Take the name of a line.

        Parameters
        ----------
        output : str or None
            One of ``outputs``; None for the main one.

        Returns
        -------
        str
            Its name.

        Raises
        ------
        ConfigError
            If it has no such line.
        """
        if output is None:
            return self.main_output
        if output in self.outputs:
            return output
        msg = f"{self.name}: there is no output {output!r}. {did_you_mean(output, self.outputs)}"
        raise ConfigError(msg)

    def open(self, *values: Number, source: str | None = None, **named: Number) -> BoundIndicator:
        """Set parameters and source.

        Parameters
        ----------
        *values, **named : int or float
            Parameters, as in :meth:`bind`.
        source : str or None
            Price that an indicator of one series is taken of; None for its own default.

        Returns
        -------
        BoundIndicator
            Ready to compute.

        Raises
        ------
        ConfigError
            If a parameter does not fit, or the indicator has no choice of source, or not that one.
        """
        if source is not None and self.source is None:
            msg = f"{self.name}: it is taken of {', '.join(self.inputs)} and has no source to choose; leave source out."
            raise ConfigError(msg)
        chosen = None if self.source is None else check_source(source or self.source)
        return BoundIndicator(spec=self, parameters=self.bind(*values, **named), source=chosen)


class BoundStream:
    """A stream of rows into the streaming form of an indicator.

    Parameters
    ----------
    bound : BoundIndicator
        What it computes.
    """

    def __init__(self, bound: BoundIndicator) -> None:
        self._source = bound.source
        self._single = len(bound.outputs) == 1
        self.indicator = bound.spec.streaming(**bound.parameters)

    def update(self, *row: float) -> tuple[float, ...]:
        """Take the next row.

        Parameters
        ----------
        *row : float
            One value per input of the bound indicator.

        Returns
        -------
        tuple of float
            One value per output; NaN while warming up.
        """
        inputs = row if self._source is None else (combine_source(self._source, *row),)
        value = self.indicator.update(*inputs)
        return (value,) if self._single else tuple(value)


@attrs.frozen(kw_only=True, eq=False)
class BoundIndicator:
    """An indicator with its parameters and source set; fulfils ``forexai_core.ports.indicator.Indicator``.

    Attributes
    ----------
    spec : IndicatorSpec
        From the catalogue.
    parameters : mapping
        All of them, by name.
    source : str or None
        Price that it is taken of, for an indicator of one series.
    """

    spec: IndicatorSpec
    parameters: Mapping[str, Number]
    source: str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """Columns that it takes, in order."""
        return self.spec.inputs if self.source is None else SOURCE_COLUMNS[self.source]

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what it gives, in order."""
        return self.spec.outputs

    @property
    def warmup(self) -> int:
        """Leading rows that are NaN in every output."""
        return self.spec.warmup(**self.parameters)

    def batch(self, *columns: Floats) -> tuple[Floats, ...]:
        """Compute all rows at once.

        Parameters
        ----------
        *columns : (rows,) float64
            One per input.

        Returns
        -------
        tuple of (rows,) float64
            One per output.

        Raises
        ------
        DataShapeError
            If a column is not one of finite numbers, or lengths differ.
        """
        inputs: tuple[Floats, ...] = columns
        if self.source is not None:
            # Checked before they are combined: a mean of columns of different lengths has no row to name.
            checked = {
                name: check_series(self.spec.name, name, column)
                for name, column in zip(self.inputs, columns, strict=True)
            }
            check_aligned(self.spec.name, **checked)
            inputs = (combine_source(self.source, *checked.values()),)
        result = self.spec.batch(*inputs, **self.parameters)
        return (result,) if len(self.outputs) == 1 else tuple(result)

    def compute(self, columns: Columns) -> dict[str, Floats]:
        """Compute all rows of bars at once.

        Parameters
        ----------
        columns : Columns
            A mapping or structured array with the inputs by name.

        Returns
        -------
        dict
            (rows,) float64 by output.
        """
        arrays = (np.asarray(columns[name]) for name in self.inputs)
        result = self.batch(*arrays)
        return dict(zip(self.outputs, result, strict=True))

    def stream(self) -> BoundStream:
        """Begin a stream of its own."""
        return BoundStream(self)


def specify(*twins: type[StreamingIndicator[Any]]) -> tuple[IndicatorSpec, ...]:
    """List declared indicators as the catalogue has them.

    Parameters
    ----------
    *twins : type
        Streaming twins, each of which says what it is the twin of.

    Returns
    -------
    tuple of IndicatorSpec
        In the same order.
    """
    return tuple(
        IndicatorSpec(
            name=twin.name,
            inputs=twin.columns,
            arguments=twin.arguments,
            source=twin.source,
            parameters=twin.parameters,
            outputs=twin.outputs,
            batch=twin.batch,
            streaming=twin,
            warmup=twin.warmup_of,
            **twin.facts,
        )
        for twin in twins
    )
