"""An account at a simulated trade server."""

from __future__ import annotations

import attrs

from forexai_core.errors import ConfigError
from forexai_core.values.accounts import Account, AccountMode, FifoRule
from forexai_core.values.clocks import NEW_YORK_CLOSE, Clock
from forexai_core.values.margin_rules import StopOutMode
from forexai_mt5.terms import constants as c

__all__ = ["AccountSettings"]


def _clock(value: str | Clock) -> Clock:
    return Clock.of(value)


def _known(_instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value not in attribute.metadata["known"]:
        raise ConfigError(f"AccountSettings: {attribute.name} is one of {attribute.metadata['known']}, not {value}.")


@attrs.frozen(kw_only=True)
class AccountSettings:
    """An account: who it belongs to, its money and its rules.

    Attributes
    ----------
    login, password, server : int, str, str
        What one logs in with.
    name, company : str
        Of the holder and of the broker.
    balance : float
        The first deposit.
    currency : str
        Of the deposit.
    leverage : int
        100 stands for 1:100.
    margin_mode : int
        ``ACCOUNT_MARGIN_MODE_*``: hedging, netting, or netting on an exchange.
    margin_call, stop_out : float
        Levels in percent, or money where ``stop_out_mode`` is ``ACCOUNT_STOPOUT_MODE_MONEY``.
    stop_out_mode : int
        ``ACCOUNT_STOPOUT_MODE_*``.
    trade_mode : int
        ``ACCOUNT_TRADE_MODE_*``.
    limit_orders : int
        How many pending orders may stand at once; 0: any number.
    fifo_close : bool
        Whether the oldest position has to close first.
    investor : bool
        Whether the password is the investor's: everything can be seen and nothing done.
    experts_allowed : bool
        Whether the server lets programs trade.
    one_time_password : bool
        Whether logging in asks for a second factor, which the package cannot give.
    clock : Clock
        The server's wall clock.
    """

    login: int = 50_000_001
    password: str = "simulator"  # noqa: S105 - of an account that exists nowhere
    server: str = "ForexAI-Simulator"
    name: str = "Demo Trader"
    company: str = "ForexAI Simulator"
    balance: float = 10_000.0
    currency: str = "USD"
    leverage: int = 100
    margin_mode: int = attrs.field(
        default=c.ACCOUNT_MARGIN_MODE_RETAIL_HEDGING, validator=_known, metadata={"known": (0, 1, 2)}
    )
    margin_call: float = 50.0
    stop_out: float = 30.0
    stop_out_mode: int = attrs.field(
        default=c.ACCOUNT_STOPOUT_MODE_PERCENT, validator=_known, metadata={"known": (0, 1)}
    )
    trade_mode: int = attrs.field(default=c.ACCOUNT_TRADE_MODE_DEMO, validator=_known, metadata={"known": (0, 1, 2)})
    limit_orders: int = 200
    fifo_close: bool = False
    investor: bool = False
    experts_allowed: bool = True
    one_time_password: bool = False
    clock: Clock = attrs.field(default=NEW_YORK_CLOSE, converter=_clock)

    @property
    def hedges(self) -> bool:
        """Whether positions of one symbol stand side by side."""
        return self.margin_mode == c.ACCOUNT_MARGIN_MODE_RETAIL_HEDGING

    def for_ledger(self) -> Account:
        """Give the account as the ledger starts with it.

        Which amount of money a stop-out in money is compared with is not known (*policy: equity*).
        """
        money = self.stop_out_mode == c.ACCOUNT_STOPOUT_MODE_MONEY
        return Account(
            balance=self.balance,
            currency=self.currency,
            leverage=self.leverage,
            mode=AccountMode.HEDGING if self.hedges else AccountMode.NETTING,
            clock=self.clock,
            margin_call=self.margin_call,
            stop_out=self.stop_out,
            stop_out_mode=StopOutMode.EQUITY if money else StopOutMode.PERCENT,
            fifo=FifoRule.SYMBOL if self.fifo_close else FifoRule.NONE,
        )
