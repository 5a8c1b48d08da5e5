"""What a user may say about a file, beside its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypedDict, get_args

import attrs

from forexai_core.data.stamps import DateOrder
from forexai_core.data.unpacking import ReadLimits
from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values.clocks import Clock

__all__ = ["FileKeywords", "FileOptions"]

OnBad = Literal["raise", "quarantine"]
Epoch = Literal["utc", "wall"]
AmbiguousRule = Literal["file-order", "raise", "earlier", "later"]
MissingRule = Literal["raise", "forward"]
DoubtRule = Literal["refuse", "keep"]


class FileKeywords(TypedDict, total=False):
    """Keywords of the readers; their meaning is that of the fields of :class:`FileOptions`."""

    timezone: str | Clock | None
    columns: Mapping[str, str | int] | None
    delimiter: str | None
    decimal: str | None
    date_order: DateOrder | None
    encoding: str | None
    epoch: Epoch
    ambiguous: AmbiguousRule
    missing: MissingRule
    sort: bool
    spikes: DoubtRule
    future: DoubtRule
    on_bad: OnBad
    quarantine: str | os.PathLike[str] | None
    limits: ReadLimits


def _one_of(choices: Any) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    known = [choice for choice in get_args(choices) if choice is not None]

    def check(_instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value not in known:
            raise ConfigError(f"{attribute.name} is {value!r}. {did_you_mean(str(value), known)}")

    return check


def _clock(value: str | Clock | None) -> Clock | None:
    return None if value is None else Clock.of(value)


def _columns(value: Mapping[str, str | int] | None) -> dict[str, str | int]:
    return dict(value or {})


def _decimal(_instance: object, _attribute: attrs.Attribute[Any], value: str | None) -> None:
    if value not in {None, ".", ","}:
        raise ConfigError(f"decimal is {value!r}. It may be '.' or ','.")


@attrs.frozen(kw_only=True)
class FileOptions:
    """What a user says about a file.

    Attributes
    ----------
    timezone : Clock or None
        The file's clock, needed where its times carry no offset.
    columns : mapping of str to str or int
        Role to the column's name in the file, or its number counted from 1, where they are not found
        by themselves: ``time, open, high, low, close, volume, spread, ask_open … ask_close, symbol``
        for bars, ``time, bid, ask, volume, symbol`` for ticks.
    delimiter, decimal, encoding : str or None
        Where looking at the file does not tell, or tells wrong.
    date_order : {"dmy", "mdy"} or None
        Of dates such as 01/02/2012.
    epoch : {"utc", "wall"}
        Whether numbers since 1970 count UTC, or what the server's wall clock showed, as MetaTrader's
        Python package writes them; the latter needs ``timezone``.
    ambiguous : {"file-order", "raise", "earlier", "later"}
        The hour that a clock shows twice in autumn. ``file-order`` tells the two by the step back that
        the rows make, and is an error where there is none.
    missing : {"raise", "forward"}
        The hour that a clock skips in spring.
    sort : bool
        Sort rows that are not in order of time, such as newest first.
    spikes : {"refuse", "keep"}
        Prices that jump away and back by a factor of five and more: rows that are bad, or real.
    future : {"refuse", "keep"}
        Rows more than a day later than now: bad, because the file's clock is wrong, or meant so.
    on_bad : {"raise", "quarantine"}
        What to do with bad rows: refuse the file at the first, or set them aside with their reasons.
    quarantine : path or None
        Where to write what is set aside; default beside the file, as ``NAME.quarantine.csv``.
    limits : ReadLimits
        Sizes that are refused.
    """

    timezone: Clock | None = attrs.field(default=None, converter=_clock)
    columns: Mapping[str, str | int] = attrs.field(default=None, converter=_columns)
    delimiter: str | None = None
    decimal: str | None = attrs.field(default=None, validator=_decimal)
    date_order: DateOrder | None = attrs.field(default=None, validator=attrs.validators.optional(_one_of(DateOrder)))
    encoding: str | None = None
    epoch: Epoch = attrs.field(default="utc", validator=_one_of(Epoch))
    ambiguous: AmbiguousRule = attrs.field(default="file-order", validator=_one_of(AmbiguousRule))
    missing: MissingRule = attrs.field(default="raise", validator=_one_of(MissingRule))
    sort: bool = False
    spikes: DoubtRule = attrs.field(default="refuse", validator=_one_of(DoubtRule))
    future: DoubtRule = attrs.field(default="refuse", validator=_one_of(DoubtRule))
    on_bad: OnBad = attrs.field(default="raise", validator=_one_of(OnBad))
    quarantine: str | os.PathLike[str] | None = None
    limits: ReadLimits = attrs.field(factory=ReadLimits)
