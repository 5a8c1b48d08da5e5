"""The meter of the plans: reserve before the work, settle what it used, or release."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import attrs

from forexai_core.errors import BillingError, QuotaExceededError
from forexai_core.ports.billing import Entitlement, Reservation, Usage
from forexai_core.ports.clock import Clock
from forexai_core.ports.journal import Entry
from forexai_core.ports.services import Services
from forexai_saas.billing.journal_book import JournalBook
from forexai_saas.billing.periods import day_around
from forexai_saas.billing.refusals import refusal_text
from forexai_saas.billing.usage_book import UsageBook, check_text, released_entry, reserved_entry, settled_entry
from forexai_saas.plans import Period, Plan, PlanTable, plan_table
from forexai_saas.settings import MeterSettings

__all__ = ["PlanMeter"]


class PlanMeter:
    """Counts what subjects use against their plans; it takes no money.

    Of a feature by the day, a reservation counts in the day in which it was made, whenever it is settled. Of a standing
    feature it counts until it is released: reserve when a strategy is made, release when it is deleted.

    Parameters
    ----------
    settings : MeterSettings
        Plans and the zone of a day.
    services : Services
        Journal and leases keep the book; the clock says what day it is.
    table : PlanTable, optional
        Default the plans that ship.
    """

    def __init__(self, settings: MeterSettings, services: Services, *, table: PlanTable | None = None) -> None:
        self._settings = settings
        self._table = table or plan_table()
        self._clock: Clock = services.clock
        self._zone = ZoneInfo(settings.zone)
        self._book = JournalBook(services, wait_s=settings.wait_s)

    def plan(self, subject: str) -> Plan:
        """Give the plan of a subject."""
        return self._table.plan(self._settings.plans.get(subject, self._settings.plan))

    async def entitlement(self, subject: str, feature: str) -> Entitlement:
        """Tell what a subject may use in the present period."""
        return self._entitlement(subject, feature, self._clock.now_ns())

    async def usage(self, subject: str, feature: str) -> Usage:
        """Tell what a subject has used in the present period."""
        right = await self.entitlement(subject, feature)
        return await self._book.look(lambda book: _used(book, subject, right))

    async def reserve(self, subject: str, feature: str, amount: int, *, key: str) -> Reservation:
        """Keep units aside; the same call again gives the reservation as it stands.

        Raises
        ------
        QuotaExceededError
            If the plan does not allow so many; it says what, how much, and until when.
        BillingError
            If the feature is not metered, the amount is senseless, or the key stands for something else.
        """
        check_text("subject", subject)
        check_text("key", key)
        self._table.feature(feature)
        if not _is_count(amount) or amount < 1:
            raise BillingError(f"{amount!r} units of {feature} cannot be reserved. Reserve whole units, 1 or more.")

        def step(book: UsageBook) -> tuple[Reservation, Entry | None]:
            kept = book.find(key)
            if kept is not None:
                asked = kept.reservation.subject, kept.reservation.feature, kept.asked
                if asked != (subject, feature, amount):
                    raise BillingError(
                        f"The key '{key}' already stands for {asked[2]} {asked[1]}. Give each piece of work its own."
                    )
                return kept.reservation, None
            now_ns = self._clock.now_ns()
            self._refuse_excess(book, subject, feature, amount, now_ns)
            made = Reservation(key=key, subject=subject, feature=feature, amount=amount, state="reserved")
            return made, reserved_entry(now_ns, key=key, subject=subject, feature=feature, amount=amount)

        return await self._book.change(step)

    async def settle(self, key: str, amount: int) -> Reservation:
        """Book what was used, at most what was reserved, and free the rest.

        Raises
        ------
        BillingError
            If nothing is reserved under the key, it was released or settled otherwise, or the amount does not fit.
        """

        def step(book: UsageBook) -> tuple[Reservation, Entry | None]:
            held = book.known(key).reservation
            if held.state == "settled" and held.amount == amount:
                return held, None
            if held.state != "reserved":
                raise BillingError(f"'{key}' is {held.state} with {held.amount} units; {amount} cannot be settled.")
            if not _is_count(amount) or not 0 <= amount <= held.amount:
                raise BillingError(f"{amount!r} units cannot be settled of the {held.amount} reserved under '{key}'.")
            settled = attrs.evolve(held, amount=amount, state="settled")
            return settled, settled_entry(self._clock.now_ns(), key=key, amount=amount)

        return await self._book.change(step)

    async def release(self, key: str) -> Reservation:
        """Free a reservation whose work did not happen, or whose thing is no more.

        Raises
        ------
        BillingError
            If nothing is reserved under the key, or it is settled.
        """

        def step(book: UsageBook) -> tuple[Reservation, Entry | None]:
            held = book.known(key).reservation
            if held.state == "released":
                return held, None
            if held.state == "settled":
                raise BillingError(f"'{key}' is settled with {held.amount} units, and cannot be released any more.")
            return attrs.evolve(held, amount=0, state="released"), released_entry(self._clock.now_ns(), key=key)

        return await self._book.change(step)

    def _entitlement(self, subject: str, feature: str, now_ns: int) -> Entitlement:
        known = self._table.feature(check_text("feature", feature))
        allowance = self.plan(check_text("subject", subject)).allowances[feature]
        start_ns, stop_ns = day_around(now_ns, self._zone) if known.period is Period.DAY else (0, 0)
        return Entitlement(feature=feature, allowance=allowance, period_start_ns=start_ns, period_stop_ns=stop_ns)

    def _refuse_excess(self, book: UsageBook, subject: str, feature: str, amount: int, now_ns: int) -> None:
        right = self._entitlement(subject, feature, now_ns)
        used = _used(book, subject, right)
        taken = used.settled + used.reserved
        if right.allowance is None or taken + amount <= right.allowance:
            return
        raise QuotaExceededError(
            refusal_text(self._table, self.plan(subject), right, taken=taken, amount=amount, zone=self._zone)
        )


def _used(book: UsageBook, subject: str, right: Entitlement) -> Usage:
    return book.usage(subject, right.feature, right.period_start_ns, right.period_stop_ns)


def _is_count(amount: object) -> bool:
    return isinstance(amount, int) and not isinstance(amount, bool)
