"""The services of accounts, put together on the application's database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs

from forexai_core.ports.clock import Clock
from forexai_saas.accounts.api_keys import ApiKeys
from forexai_saas.accounts.foundation import Foundation, lay_foundation
from forexai_saas.accounts.inviting import Inviting
from forexai_saas.accounts.members import Members
from forexai_saas.accounts.profiles import Profiles
from forexai_saas.accounts.refreshing import Refreshing
from forexai_saas.accounts.registering import Registering
from forexai_saas.accounts.resetting import Resetting
from forexai_saas.accounts.second_factor import SecondFactor
from forexai_saas.accounts.sessions import SessionBook
from forexai_saas.accounts.settings import AccountSettings
from forexai_saas.accounts.signing_in import SigningIn
from forexai_saas.administration.register import Register
from forexai_saas.administration.suspending import Suspending
from forexai_saas.audit.verifying import Auditor
from forexai_saas.billing.fact_book import FactBook
from forexai_saas.billing.tenant_meter import TenantMeter
from forexai_saas.notifications.board import Board
from forexai_saas.notifications.choices import Choices
from forexai_saas.notifications.outbox import Letter, Outbox, PostRoom
from forexai_saas.trading.accounts import TradingAccounts
from forexai_saas.trading.gate import TradingGate
from forexai_saas.trading.keys import TradingKeys
from reference_app.store import Store

__all__ = ["Accounts", "open_accounts"]


@attrs.frozen(kw_only=True)
class Accounts:
    """Every service about people, their sessions and their programs' keys.

    Attributes
    ----------
    on : Foundation
        Database, look-ups, clock, vault and limits, shared by all.
    """

    on: Foundation
    registering: Registering
    signing_in: SigningIn
    second_factor: SecondFactor
    sessions: SessionBook
    refreshing: Refreshing
    resetting: Resetting
    api_keys: ApiKeys
    profiles: Profiles
    board: Board
    choices: Choices
    auditor: Auditor
    facts: FactBook
    meter: TenantMeter
    register: Register
    suspending: Suspending
    members: Members
    inviting: Inviting
    post_room: PostRoom
    gate: TradingGate
    trading: TradingAccounts
    keys: TradingKeys


def open_accounts(
    store: Store,
    clock: Clock,
    send: Callable[[Letter], Awaitable[None]],
    *,
    settings: AccountSettings | None = None,
) -> Accounts:
    """Put the services together.

    Parameters
    ----------
    store : Store
        Database and master keys.
    clock : Clock
        Of the application.
    send : callable
        Delivers one mail, or raises.
    settings : AccountSettings, optional
        How long sessions and links last.
    """
    on = lay_foundation(store.database, store.lookups, clock, store.masters, settings=settings)
    outbox, sessions, second_factor = Outbox(on.vault, clock), SessionBook(on), SecondFactor(on)
    board, facts = Board(store.database, outbox, clock), FactBook(clock, on.audit)
    gate, api_keys = TradingGate(facts), ApiKeys(on, board=board)
    return Accounts(
        on=on,
        registering=Registering(on, outbox),
        signing_in=SigningIn(on, sessions, second_factor),
        second_factor=second_factor,
        sessions=sessions,
        refreshing=Refreshing(on),
        resetting=Resetting(on, outbox),
        api_keys=api_keys,
        profiles=Profiles(on),
        board=board,
        choices=Choices(store.database, clock),
        auditor=Auditor(store.masters.derived("audit-heads")),
        facts=facts,
        meter=TenantMeter(store.database, facts, clock),
        register=Register(on, facts),
        suspending=Suspending(on, facts, board),
        members=Members(on),
        inviting=Inviting(on, outbox),
        post_room=PostRoom(store.database, store.lookups, on.vault, clock, send),
        gate=gate,
        trading=TradingAccounts(on, gate),
        keys=TradingKeys(on, api_keys, gate),
    )
