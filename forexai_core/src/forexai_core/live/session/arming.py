"""What has to be so before a session trades at a venue: whoever did not say so trades nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.live.alerts import Alerts
from forexai_core.live.growth.rows import Prices
from forexai_core.live.session.account_run import AccountPlan
from forexai_core.ports.broker import Broker, BrokerCapabilities
from forexai_core.ports.leases import Leases
from forexai_core.ports.notifier import NoticeLevel
from forexai_core.ports.words import Words
from forexai_core.values.accounts import AccountMode, AccountState
from forexai_core.values.instruments import Instrument

__all__ = ["VenuePlan", "at_venue", "check_armed", "check_nights", "with_contracts"]


@attrs.frozen(kw_only=True, eq=False)
class VenuePlan(AccountPlan):
    """What is traded on an account at a venue.

    Attributes
    ----------
    broker : Broker
        The session with it.
    mode : AccountMode, optional
        Of the account; needed where the venue has both.
    login : str
        Which account it has to be, as the venue names it; empty takes the one that is shown, never with real money.
    real_money : bool
        Whether the session file says that it trades with real money.
    armed : bool
        Whether a person has armed the account for this start.
    logins : Leases, optional
        Where logins are held, shared by all sessions that may trade the account; default the leases of this one.
    words : Words, optional
        Where persons say what halt is to be released, which limit armed, and what became of an order.
    """

    broker: Broker
    mode: AccountMode | None = None
    login: str = ""
    real_money: bool = False
    armed: bool = False
    logins: Leases | None = None
    words: Words | None = None


def check_armed(plan: VenuePlan, capabilities: BrokerCapabilities, state: AccountState) -> None:
    """Refuse an account that is not the one that was meant, and real money that nobody has armed.

    Parameters
    ----------
    plan : VenuePlan
        What the session file and whoever starts it say.
    capabilities : BrokerCapabilities
        Of the session with the venue, which alone knows whether its money is real.
    state : AccountState
        What the venue shows.

    Raises
    ------
    ConfigError
        If something is missing or differs; nothing has been sent.
    """
    place = f"accounts {plan.name}:"
    if plan.login and plan.login != state.login:
        raise ConfigError(
            f"{place} the venue shows account '{state.login}', not '{plan.login}'. Correct login =, or the broker's "
            "settings."
        )
    if not capabilities.live_money:
        return
    if not plan.real_money:
        raise ConfigError(
            f"{place} its venue trades with real money. Write mode = 'live' in [session] if that is meant, and "
            f"login = '{state.login}' in the account."
        )
    if not plan.login:
        raise ConfigError(f"{place} real money needs the account to be named: write login = '{state.login}'.")
    if not plan.armed:
        raise ConfigError(
            f"{place} it trades with real money and is not armed. Give --arm {plan.name} at each start that is meant "
            "to do so."
        )


def check_nights(plan: VenuePlan, capabilities: BrokerCapabilities, alerts: Alerts) -> None:
    """Refuse a symbol whose positions lose their stops each night, and warn of one whose waiting orders do.

    Neither a session nor its backtest reckons with that: MetaTrader 5's ``SYMBOL_ORDER_GTC_MODE`` is of the kind.

    Raises
    ------
    ConfigError
        If the venue removes the stops of what is traded; nothing has been sent.
    """
    for symbol in plan.inputs.prices:
        if capabilities.ends_stops_daily(symbol):
            raise ConfigError(
                f"accounts {plan.name}: the venue removes stops and targets of {symbol} at the end of its day, so that "
                "positions would stand without them over night. Trade another symbol, or an account whose orders last."
            )
        if capabilities.ends_orders_daily(symbol):
            alerts.tell(
                f"nights-{symbol}",
                f"orders of {symbol} end with the day",
                f"The venue removes working orders of {symbol} at the end of its day, however long they were meant to "
                "last; a backtest keeps them. Place them anew each day, or give them expiry='day' there, too.",
                level=NoticeLevel.WARNING,
            )


def at_venue(
    plan: VenuePlan, capabilities: BrokerCapabilities, state: AccountState, instruments: Sequence[Instrument]
) -> VenuePlan:
    """Put the venue's own money, mode and contracts in the place of what a backtest would take.

    Raises
    ------
    ConfigError
        If the venue does not trade a symbol, or the account's mode is not plain.
    """
    traded = {each.symbol: each for each in instruments}
    missing = next((symbol for symbol in plan.inputs.prices if symbol not in traded), None)
    if missing is not None:
        raise ConfigError(
            f"accounts {plan.name}: the venue does not trade {missing}. {did_you_mean(missing, traded)} Feeds are "
            "called as the venue calls its symbols."
        )
    mode = _mode(plan, capabilities)
    if state.balance <= 0:
        raise ConfigError(f"accounts {plan.name}: it has no money (balance {state.balance:g} {state.currency}).")
    account = attrs.evolve(plan.inputs.account, balance=state.balance, currency=state.currency, mode=mode)
    inputs = attrs.evolve(plan.inputs, account=account, prices=with_contracts(plan.inputs.prices, traded))
    return attrs.evolve(plan, inputs=inputs)


def with_contracts(prices: Mapping[str, Prices], traded: Mapping[str, Instrument]) -> dict[str, Prices]:
    """Put the venue's contracts in the place of those that the feeds came with.

    Raises
    ------
    ConfigError
        If a feed has more decimals than the venue: orders could not stand at its prices.
    """
    finer = next((each for symbol, each in prices.items() if each.digits > traded[symbol].digits), None)
    if finer is not None:
        raise ConfigError(
            f"feeds {finer.symbol}: its prices have {finer.digits} decimals, the venue's "
            f"{traded[finer.symbol].digits}. Choose a source that tells the venue's prices."
        )
    return {symbol: attrs.evolve(each, instrument=traded[symbol]) for symbol, each in prices.items()}


def _mode(plan: VenuePlan, capabilities: BrokerCapabilities) -> AccountMode:
    modes = sorted(capabilities.modes)
    if plan.mode is not None and plan.mode not in modes:
        raise ConfigError(f"accounts {plan.name}: the venue's account is {' or '.join(modes)}, not {plan.mode}.")
    if plan.mode is None and len(modes) != 1:
        raise ConfigError(f"accounts {plan.name}: say its mode, {' or '.join(modes)}.")
    return plan.mode or AccountMode(modes[0])
