"""What every meter keeps: each key counts once, nothing goes below 0 or beyond the allowance."""

from __future__ import annotations

import random
from collections.abc import Awaitable

from forexai_core.errors import BillingError, ForexAIError, QuotaExceededError
from forexai_core.ports.billing import BillingOffer, Entitlement, Meter
from forexai_core.testing.conformance import Conformance, ConformanceFailure, RuleBook, Subject, Suite
from forexai_core.testing.offer_rules import OFFER_RULES

__all__ = ["BILLING_SUITE", "BillingConformance"]

BOOK = RuleBook()
_WHO, _OTHER = "conformance-one", "conformance-two"


def _features(subject: Subject) -> tuple[str, ...]:
    offer = subject.offer
    named = sorted(offer.features) if isinstance(offer, BillingOffer) else []
    if not named:
        raise ConformanceFailure("the offer meters no feature.", "Declare BillingOffer.features.")
    return tuple(named)


async def _room(subject: Subject, meter: Meter) -> str:
    """Choose a feature with room for a few units."""
    for feature in [subject.probe["feature"]] if "feature" in subject.probe else _features(subject):
        allowance = (await meter.entitlement(_WHO, feature)).allowance
        if allowance is None or allowance >= 10:
            return str(feature)
    raise ConformanceFailure(
        "no feature allows ten units, so nothing can be tried.", "Give settings with an allowance of 10 or more."
    )


async def _figures(meter: Meter, feature: str, who: str = _WHO) -> tuple[int, int]:
    usage = await meter.usage(who, feature)
    if usage.settled < 0 or usage.reserved < 0:
        raise ConformanceFailure(f"the usage is {usage}.", "Usage is never negative.")
    return usage.settled, usage.reserved


async def _expect(meter: Meter, feature: str, wanted: tuple[int, int], after: str) -> None:
    got = await _figures(meter, feature)
    if got != wanted:
        raise ConformanceFailure(
            f"after {after}, (settled, reserved) is {got}; {wanted} would be right.", "Let each key count once."
        )


async def _refused(action: str, work: Awaitable[object], error: type[ForexAIError] = BillingError) -> None:
    try:
        await work
    except error:
        return
    except Exception as problem:
        raise ConformanceFailure(
            f"{action} raised {type(problem).__name__} instead of {error.__name__}.", f"Raise {error.__name__}."
        ) from problem
    raise ConformanceFailure(f"{action} was taken.", f"Raise {error.__name__}, and change nothing.")


@BOOK.rule()
async def every_feature_has_an_entitlement(subject: Subject) -> None:
    """Each declared feature has an entitlement of its name; 0, more, or None for no limit."""
    meter: Meter = subject.open()
    for feature in _features(subject):
        right: Entitlement = await meter.entitlement(_WHO, feature)
        negative = right.allowance is not None and right.allowance < 0
        if right.feature != feature or negative or right.period_stop_ns < right.period_start_ns:
            raise ConformanceFailure(f"{feature} has {right}.", "Give the feature's own, 0 or above.")


@BOOK.rule()
async def unknown_features_are_refused(subject: Subject) -> None:
    """A feature that is not metered is a BillingError, not a free ride."""
    meter: Meter = subject.open()
    await _refused("the entitlement to an unknown feature", meter.entitlement(_WHO, "no-such-feature"))
    await _refused("a reservation of an unknown feature", meter.reserve(_WHO, "no-such-feature", 1, key="unknown"))


@BOOK.rule()
async def what_was_used_is_counted(subject: Subject) -> None:
    """Reserving keeps units aside; settling books what was used and frees the rest."""
    meter: Meter = subject.open()
    feature = await _room(subject, meter)
    await meter.reserve(_WHO, feature, 5, key="work")
    await _expect(meter, feature, (0, 5), "reserving 5")
    await meter.settle("work", 3)
    await _expect(meter, feature, (3, 0), "settling 3 of them")


@BOOK.rule()
async def reserving_twice_is_once(subject: Subject) -> None:
    """The same reservation under one key is one."""
    meter: Meter = subject.open()
    feature = await _room(subject, meter)
    await meter.reserve(_WHO, feature, 4, key="again")
    await meter.reserve(_WHO, feature, 4, key="again")
    await _expect(meter, feature, (0, 4), "reserving 4 twice under one key")


@BOOK.rule()
async def settling_twice_is_once(subject: Subject) -> None:
    """The same settlement repeated changes nothing."""
    meter: Meter = subject.open()
    feature = await _room(subject, meter)
    await meter.reserve(_WHO, feature, 4, key="settled")
    await meter.settle("settled", 2)
    await meter.settle("settled", 2)
    await _expect(meter, feature, (2, 0), "settling 2 twice under one key")


@BOOK.rule()
async def releasing_twice_is_once(subject: Subject) -> None:
    """A release frees its units once."""
    meter: Meter = subject.open()
    feature = await _room(subject, meter)
    await meter.reserve(_WHO, feature, 3, key="kept")
    await meter.reserve(_WHO, feature, 4, key="freed")
    await meter.release("freed")
    await meter.release("freed")
    await _expect(meter, feature, (0, 3), "releasing 4 of 7 twice under one key")


@BOOK.rule()
async def a_key_names_one_body(subject: Subject) -> None:
    """Another amount under a used key is a BillingError."""
    meter: Meter = subject.open()
    feature = await _room(subject, meter)
    await meter.reserve(_WHO, feature, 4, key="body")
    await _refused("another amount under a used key", meter.reserve(_WHO, feature, 5, key="body"))
    await meter.settle("body", 2)
    await _refused("another settlement of a settled key", meter.settle("body", 3))
    await _expect(meter, feature, (2, 0), "two refused calls")


@BOOK.rule()
async def unknown_keys_are_refused(subject: Subject) -> None:
    """Settling or releasing what was never reserved is a BillingError."""
    meter: Meter = subject.open()
    await _refused("settling an unknown key", meter.settle("never", 1))
    await _refused("releasing an unknown key", meter.release("never"))


@BOOK.rule()
async def what_is_final_stays(subject: Subject) -> None:
    """A settled key cannot be released, and a released one cannot be settled."""
    meter: Meter = subject.open()
    feature = await _room(subject, meter)
    await meter.reserve(_WHO, feature, 3, key="done")
    await meter.settle("done", 3)
    await _refused("releasing a settled key", meter.release("done"))
    await meter.reserve(_WHO, feature, 3, key="gone")
    await meter.release("gone")
    await _refused("settling a released key", meter.settle("gone", 3))
    await _expect(meter, feature, (3, 0), "two refused calls")


@BOOK.rule()
async def senseless_amounts_are_refused(subject: Subject) -> None:
    """Reserving 0 or less, and settling below 0 or more than was reserved, is an error."""
    meter: Meter = subject.open()
    feature = await _room(subject, meter)
    await _refused("reserving 0 units", meter.reserve(_WHO, feature, 0, key="zero"), ForexAIError)
    await _refused("reserving -1 units", meter.reserve(_WHO, feature, -1, key="minus"), ForexAIError)
    await meter.reserve(_WHO, feature, 3, key="three")
    await _refused("settling 4 of 3 units", meter.settle("three", 4), ForexAIError)
    await _refused("settling -1 units", meter.settle("three", -1), ForexAIError)
    await _expect(meter, feature, (0, 3), "four refused calls")


@BOOK.rule()
async def the_allowance_holds(subject: Subject) -> None:
    """The last allowed unit is given, the next is a QuotaExceededError that changes nothing."""
    meter: Meter = subject.open()
    for feature in _features(subject):
        allowance = (await meter.entitlement(_WHO, feature)).allowance
        if allowance is None:
            continue
        if allowance:
            await meter.reserve(_WHO, feature, allowance, key=f"all-{feature}")
        await _refused(
            f"unit {allowance + 1} of {allowance} of {feature}",
            meter.reserve(_WHO, feature, 1, key=f"more-{feature}"),
            QuotaExceededError,
        )
        await _expect(meter, feature, (0, allowance), "a refused reservation")


@BOOK.rule()
async def subjects_are_kept_apart(subject: Subject) -> None:
    """What one subject uses does not count for another."""
    meter: Meter = subject.open()
    feature = await _room(subject, meter)
    await meter.reserve(_WHO, feature, 5, key="mine")
    await meter.settle("mine", 5)
    got = await _figures(meter, feature, _OTHER)
    if got != (0, 0):
        raise ConformanceFailure(f"another subject's usage became {got}.", "Keep usage by subject and feature.")


@BOOK.rule()
async def the_books_add_up(subject: Subject) -> None:
    """After 200 random calls, repeated ones among them, usage is what a plain account of them says."""
    meter: Meter = subject.open()
    feature = await _room(subject, meter)
    chance = random.Random(20)  # noqa: S311 - a reproducible walk, no secret
    state: dict[str, tuple[str, int]] = {}
    for number in range(200):
        key = f"walk-{chance.randrange(40)}"
        amount, action = chance.randrange(1, 4), chance.choice(("reserve", "settle", "release"))
        try:
            if action == "reserve":
                await meter.reserve(_WHO, feature, amount, key=key)
                state.setdefault(key, ("reserved", amount))
            elif action == "settle":
                await meter.settle(key, amount)
                state[key] = ("settled", amount)
            else:
                await meter.release(key)
                state[key] = ("released", 0)
        except ForexAIError:
            continue
        settled = sum(units for how, units in state.values() if how == "settled")
        reserved = sum(units for how, units in state.values() if how == "reserved")
        await _expect(meter, feature, (settled, reserved), f"{number + 1} random calls")


BILLING_SUITE = Suite(kind="billing", rules=(*OFFER_RULES, *BOOK.rules))
"""The rules for meters."""


class BillingConformance(Conformance):
    """Tests of a meter. ``probe`` may name a ``feature`` that allows ten units or more."""

    suite = BILLING_SUITE
