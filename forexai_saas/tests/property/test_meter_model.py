"""Random lives of a meter against a plain account of them: days pass, processes restart, keys come twice."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from metering import DAY_NS, HandClock, meter_of, services_at

from forexai_core.errors import BillingError, QuotaExceededError
from forexai_saas.billing.periods import day_around

FEATURES = {"backtests": (3, True), "strategies": (1, False)}
ACTIONS = st.one_of(
    st.tuples(
        st.just("reserve"), st.sampled_from("ab"), st.sampled_from(list(FEATURES)), st.integers(1, 3), st.integers(0, 6)
    ),
    st.tuples(st.just("settle"), st.integers(0, 6), st.integers(0, 3)),
    st.tuples(st.just("release"), st.integers(0, 6)),
    st.tuples(st.just("pass"), st.integers(1, 30)),
    st.tuples(st.just("restart")),
)


class Plain:
    """The rules in the plainest words."""

    def __init__(self, clock):
        self.clock, self.kept = clock, {}

    def used(self, subject, feature):
        first, after = day_around(self.clock.time_ns, ZoneInfo("UTC"))
        return sum(
            each["amount"]
            for each in self.kept.values()
            if (each["subject"], each["feature"]) == (subject, feature)
            and each["state"] != "released"
            and (not FEATURES[feature][1] or first <= each["at"] < after)
        )

    def reserve(self, subject, feature, amount, key):
        held = self.kept.get(key)
        if held:
            if (held["subject"], held["feature"], held["asked"]) != (subject, feature, amount):
                return BillingError
            return held["state"]
        if self.used(subject, feature) + amount > FEATURES[feature][0]:
            return QuotaExceededError
        self.kept[key] = {
            "subject": subject, "feature": feature, "asked": amount, "amount": amount,
            "at": self.clock.time_ns, "state": "reserved",
        }  # fmt: skip
        return "reserved"

    def settle(self, key, amount):
        held = self.kept.get(key)
        if held and held["state"] == "settled" and held["amount"] == amount:
            return "settled"
        if not held or held["state"] != "reserved" or amount > held["amount"]:
            return BillingError
        held.update(state="settled", amount=amount)
        return "settled"

    def release(self, key):
        held = self.kept.get(key)
        if not held or held["state"] == "settled":
            return BillingError
        held.update(state="released", amount=0)
        return "released"


@settings(max_examples=40)
@given(st.lists(ACTIONS, max_size=40))
def test_the_meter_does_what_the_rules_say(life):
    async def live():
        clock = HandClock()
        plain = Plain(clock)
        with services_at(clock) as services:
            meter = meter_of(services)
            for action, *values in life:
                if action == "pass":
                    clock.time_ns += values[0] * DAY_NS // 24
                elif action == "restart":
                    meter = meter_of(services)
                elif action == "reserve":
                    subject, feature, amount, key = values
                    await same(
                        plain.reserve(subject, feature, amount, f"k{key}"),
                        meter.reserve(subject, feature, amount, key=f"k{key}"),
                    )
                elif action == "settle":
                    await same(plain.settle(f"k{values[0]}", values[1]), meter.settle(f"k{values[0]}", values[1]))
                else:
                    await same(plain.release(f"k{values[0]}"), meter.release(f"k{values[0]}"))
                for subject in "ab":
                    for feature in FEATURES:
                        usage = await meter.usage(subject, feature)
                        assert usage.settled + usage.reserved == plain.used(subject, feature)

    asyncio.run(live())


async def same(expected, call):
    try:
        got = (await call).state
    except BillingError as problem:
        got = type(problem)
    assert got == expected
