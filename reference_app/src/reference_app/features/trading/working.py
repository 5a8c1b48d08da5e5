"""Reckoning paper accounts, in a process of its own."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from reference_app.features.trading.asked import AccountAsked, AccountTold, Outcome
from reference_app.features.trading.fold import PaperAccount
from reference_app.features.trading.telling import deal_shown, order_shown, position_shown, previewed, state_of
from reference_app.processes.serving import Say

__all__ = ["PaperDesk"]

_KEPT = 32


class PaperDesk:
    """Keeps the accounts that were asked about last; any other one is reckoned anew when it is asked about."""

    def __init__(self) -> None:
        self._accounts: OrderedDict[str, PaperAccount] = OrderedDict()

    def answer(self, body: bytes, _say: Say) -> bytes:
        """Tell how an account stands; where commands are missing here, only which.

        Raises
        ------
        TradingError, ConfigError
            If what somebody considers is wrong in itself.
        """
        return msgspec.msgpack.encode(self._told(msgspec.msgpack.decode(body, type=AccountAsked)))

    def _told(self, asked: AccountAsked) -> AccountTold:
        account = self._account(asked)
        if account.taken < asked.after:
            return AccountTold(taken=account.taken, behind=True)
        fresh = [each for each in asked.commands if each.number > account.taken]
        if fresh and (fresh[0].time_ns < account.time_ns or fresh[0].number != account.taken + 1):
            # Another process was quicker, and this one had gone on without its command.
            del self._accounts[asked.session]
            return AccountTold(taken=0, behind=True)
        outcomes = tuple(account.take(each) for each in fresh)
        account.come_to(asked.now_ns)
        return self._shown(account, asked, outcomes)

    def _account(self, asked: AccountAsked) -> PaperAccount:
        account = self._accounts.pop(asked.session, None) or PaperAccount(asked.terms)
        self._accounts[asked.session] = account
        while len(self._accounts) > _KEPT:
            self._accounts.popitem(last=False)
        return account

    def _shown(self, account: PaperAccount, asked: AccountAsked, outcomes: tuple[Outcome, ...]) -> AccountTold:
        venue, first = account.venue, asked.deals_after
        order = venue.orders.get(asked.ticket)
        return AccountTold(
            taken=account.taken,
            time_ns=account.time_ns,
            state=state_of(account),
            positions=tuple(position_shown(account, each) for each in venue.positions()),
            orders=tuple(map(order_shown, venue.working())),
            deals=tuple(deal_shown(account, each) for each in venue.deals[first : first + asked.deals]),
            outcomes=outcomes,
            order=None if order is None else order_shown(order),
            preview=None if asked.wanted is None else previewed(account, asked.wanted),
        )
