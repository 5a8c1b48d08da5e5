"""Billing: what may be used, how much of it was used, and by whom."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

import attrs

from forexai_core.ports.offers import Offer

__all__ = ["BillingOffer", "Entitlement", "Meter", "Reservation", "Usage"]


@attrs.frozen(kw_only=True)
class Entitlement:
    """What a subject may use of a feature.

    Attributes
    ----------
    feature : str
        Such as ``backtests`` or ``bots``.
    allowance : int or None
        Units in the period; 0 is no right to it, None is no limit.
    period_start_ns, period_stop_ns : int
        The period, ``[start, stop)`` in nanoseconds UTC; both 0 where there is none.
    """

    feature: str
    allowance: int | None
    period_start_ns: int = 0
    period_stop_ns: int = 0


@attrs.frozen(kw_only=True)
class Usage:
    """What a subject has used of a feature in the period; units, never negative."""

    feature: str
    settled: int
    reserved: int


@attrs.frozen(kw_only=True)
class Reservation:
    """Units kept aside for work that has begun.

    Attributes
    ----------
    key : str
        The caller's own name of the work: the same key twice is one reservation.
    state : str
        ``reserved``, ``settled`` or ``released``.
    amount : int
        Units reserved, or settled once it is settled.
    """

    key: str
    subject: str
    feature: str
    amount: int
    state: str


@runtime_checkable
class Meter(Protocol):
    """A meter: reserve before the work, settle what it used, or release.

    Amounts are whole units of 1 or more when reserved, 0 or more when settled. Every call may be repeated with
    the same key and has its effect once; another body under a used key is a :class:`BillingError`, and so is
    an unknown key. A reservation beyond the allowance is a :class:`QuotaExceededError` and changes nothing.
    """

    async def entitlement(self, subject: str, feature: str) -> Entitlement:
        """Tell what a subject may use. An unknown feature is a :class:`BillingError`."""
        ...

    async def usage(self, subject: str, feature: str) -> Usage:
        """Tell what a subject has used in the period."""
        ...

    async def reserve(self, subject: str, feature: str, amount: int, *, key: str) -> Reservation:
        """Keep units aside."""
        ...

    async def settle(self, key: str, amount: int) -> Reservation:
        """Book what was used, at most what was reserved, and free the rest."""
        ...

    async def release(self, key: str) -> Reservation:
        """Free a reservation whose work did not happen. One that is settled stays settled: an error."""
        ...


@attrs.frozen(kw_only=True)
class BillingOffer(Offer[Meter]):
    """A way to meter and charge.

    Attributes
    ----------
    features : frozenset of str
        What it meters.
    currencies : frozenset of str
        What it takes money in; empty where it takes none.
    """

    kind: ClassVar[str] = "billing"

    features: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()
