"""Rules about what is open together: currencies, correlated positions, margin."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

import attrs

from forexai_core.ports.risk import Holding, Proposal, Verdict
from forexai_core.risk import checks

__all__ = ["CorrelatedPositions", "CurrencyExposure", "MarginLevel", "currency_exposures"]

_EPSILON = 1e-9


def _refusal(rule: str, reason: str, *, limit: float, value: float | None = None) -> Verdict:
    return Verdict(allowed=False, rule=rule, reason=reason, limit=limit, value=value)


def currency_exposures(holdings: tuple[Holding, ...]) -> Mapping[str, float]:
    """Net what is held of each currency; account currency, negative is short.

    A long EURUSD is long euros and short dollars by the same value. What is no pair (an index, a share) counts in the
    currency of its profits alone.
    """
    net: dict[str, float] = defaultdict(float)
    for holding in holdings:
        net[holding.base_currency] += holding.side * holding.value
        if holding.quote_currency != holding.base_currency:
            net[holding.quote_currency] -= holding.side * holding.value
    return dict(net)


def _entry(proposal: Proposal, value: float) -> Holding:
    instrument, request = proposal.instrument, proposal.request
    return Holding(
        kind="order",
        symbol=request.symbol,
        base_currency=instrument.base_currency,
        quote_currency=instrument.profit_currency,
        side=request.side,
        volume_lots=proposal.lots,
        value=value,
        loss_at_stop=proposal.entry_risk,
    )


@attrs.frozen(kw_only=True)
class CurrencyExposure:
    """At most so much of any currency, long or short, as a multiple of the equity.

    The currency of the account is free: what is short of everything else is long of it.

    Attributes
    ----------
    limit_multiple : float
        Net value of a currency over the equity.
    """

    limit_multiple: float = attrs.field(validator=checks.positive)
    name: str = attrs.field(default="currency-exposure", init=False)

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening that leads beyond the limit in one of its currencies."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        if not proposal.described or proposal.entry_value is None:
            return _refusal(self.name, "What is held of each currency is unknown.", limit=self.limit_multiple)
        equity = proposal.account.equity
        entry = _entry(proposal, proposal.entry_value)
        before = currency_exposures((*proposal.holdings, *proposal.replaces))
        after = currency_exposures((*proposal.holdings, entry))
        worst, worst_currency = 0.0, ""
        for currency in (entry.base_currency, entry.quote_currency):
            grown = abs(after[currency]) > abs(before.get(currency, 0.0))
            if currency == proposal.account.currency or not grown:
                continue
            value = abs(after[currency]) / equity if equity > 0 else math.inf
            if not value <= worst:
                worst, worst_currency = value, currency
        allowed = worst <= self.limit_multiple + _EPSILON
        text = f"{worst_currency} would be {worst:.2f} times the equity, {self.limit_multiple:g} are allowed."
        return Verdict(
            allowed=allowed,
            rule=self.name,
            reason="" if allowed else text,
            limit=self.limit_multiple,
            value=worst,
            facts={f"exposure_{currency}": value for currency, value in after.items()},
        )


@attrs.frozen(kw_only=True)
class CorrelatedPositions:
    """At most so many positions that move together: correlated symbols on one side, or opposed ones on both.

    The correlations come with the proposal: Pearson's, of the log returns of middle prices (see `ReturnWindow`). One
    that is not known counts as full.

    Attributes
    ----------
    limit : int
        Positions and orders that move together, the new one included.
    threshold : float
        Correlation of returns from which two symbols move together, in (0, 1].
    steps, step_minutes : int
        The window: how many returns, each over how many minutes. Default 120 hours.
    least : int
        With fewer returns a correlation is not known.
    """

    limit: int = attrs.field(validator=checks.count)
    threshold: float = attrs.field(default=0.7, validator=checks.fraction)
    steps: int = attrs.field(default=120, validator=checks.from_to(2))
    step_minutes: int = attrs.field(default=60, validator=checks.count)
    least: int = attrs.field(default=30, validator=checks.from_to(2))
    name: str = attrs.field(default="correlation", init=False)

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening that adds to what already moves the same way."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        if not proposal.described:
            return _refusal(self.name, "What is open is unknown.", limit=self.limit)
        together: list[str] = []
        for holding in proposal.holdings:
            alike = 1.0
            if holding.symbol != proposal.request.symbol:
                known = proposal.correlations.get(holding.symbol, math.nan)
                alike = known if math.isfinite(known) else float(holding.side * proposal.request.side)
            if holding.side * proposal.request.side * alike >= self.threshold:
                together.append(holding.symbol)
        value = len(together) + 1
        allowed = value <= self.limit
        text = (
            f"It would move together with {', '.join(sorted(set(together)))}: {value} positions, {self.limit} allowed."
        )
        facts = {f"correlation_{symbol}": found for symbol, found in proposal.correlations.items()}
        return Verdict(
            allowed=allowed, rule=self.name, reason="" if allowed else text, limit=self.limit, value=value, facts=facts
        )


@attrs.frozen(kw_only=True)
class MarginLevel:
    """No opening that leaves the margin level too low.

    Attributes
    ----------
    limit_percent : float
        Equity over margin, the new order's included, percent.
    """

    limit_percent: float = attrs.field(validator=checks.positive)
    name: str = attrs.field(default="margin-level", init=False)

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening that would lead below the level."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        account = proposal.account
        if proposal.entry_margin is None:
            return _refusal(self.name, "What the order would bind is unknown.", limit=self.limit_percent)
        bound = account.margin + proposal.entry_margin
        if bound <= 0:
            return Verdict(allowed=account.equity > 0, rule=self.name, reason="The account has no money.")
        value = 100.0 * account.equity / bound
        allowed = value >= self.limit_percent - _EPSILON
        text = f"The margin level would be {value:.1f} %, at least {self.limit_percent:g} % are asked for."
        return Verdict(
            allowed=allowed,
            rule=self.name,
            reason="" if allowed else text,
            limit=self.limit_percent,
            value=value,
            facts={"margin": bound, "equity": account.equity},
        )
