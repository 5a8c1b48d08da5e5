"""All account services on one database, on a clock that the test sets, with a mail server that keeps what it gets."""

from __future__ import annotations

import attrs
import pyotp
from metering import HandClock

from forexai_saas.accounts.foundation import Foundation, lay_foundation
from forexai_saas.accounts.refreshing import Refreshing
from forexai_saas.accounts.registering import Registering, Registration
from forexai_saas.accounts.resetting import Resetting
from forexai_saas.accounts.second_factor import SecondFactor
from forexai_saas.accounts.sessions import Client, SessionBook
from forexai_saas.accounts.settings import AccountSettings
from forexai_saas.accounts.signing_in import SigningIn
from forexai_saas.notifications.outbox import Outbox, PostRoom
from forexai_saas.secrets.master_keys import MasterKeys
from forexai_saas.storage.ids import new_id

PASSWORD = "nine brown otters"
ADDRESS = "192.0.2.7"
LIGHT = AccountSettings(password_memory_kib=8, password_passes=1)
MASTERS = MasterKeys.random()
DAY_S = 86_400


@attrs.frozen(kw_only=True)
class Desk:
    """The services, and the mails that went out."""

    on: Foundation
    clock: HandClock
    registering: Registering
    signing_in: SigningIn
    book: SessionBook
    refreshing: Refreshing
    resetting: Resetting
    second_factor: SecondFactor
    post_room: PostRoom
    letters: list

    def pass_time(self, seconds):
        self.clock.time_ns += round(seconds * 1e9)

    async def register(self, email=None, password=PASSWORD, name="Ada Lovelace"):
        email = email or fresh_email()
        await self.registering.register(
            Registration(email=email, password=password, name=name), address=fresh_address()
        )
        return email

    async def member(self, password=PASSWORD):
        """Register somebody and prove the address; give it and the person's key."""
        email = await self.register(password=password)
        letter = await self.letter_to(email)
        user_id = await self.registering.verify(letter.values["token"], password, address=fresh_address())
        return email, user_id

    async def letter_to(self, email):
        await self.post_room.drain()
        return [letter for letter in self.letters if letter.to == email][-1]

    async def with_factor(self):
        """Give somebody with a second factor: address, key, authenticator and recovery codes."""
        email, user_id = await self.member()
        grant = await self.signing_in.sign_in(email, PASSWORD, client())
        secret = (await self.second_factor.enrol(user_id, PASSWORD)).secret
        app = Authenticator(secret, self.clock)
        codes = await self.second_factor.confirm(user_id, app.code(), session_id=grant.session_id)
        self.pass_time(60)
        return email, user_id, app, codes


class Authenticator:
    """An authenticator app."""

    def __init__(self, secret, clock):
        self.secret, self.clock = secret, clock

    def code(self, steps=0):
        return pyotp.HOTP(self.secret).at(self.clock.time_ns // (30 * 10**9) + steps)


def client(*, native=False, address=None):
    return Client(address=address or fresh_address(), agent="a test", native=native)


def fresh_email():
    return f"ada.{new_id().hex}@example.org"


def fresh_address():
    return f"192.0.2.{new_id().int}"[:40]


def desk_on(store, settings=LIGHT):
    clock = HandClock()
    on = lay_foundation(store.database, store.lookups, clock, MASTERS, settings=settings)
    letters = []

    async def send(letter):
        letters.append(letter)

    outbox, book, factor = Outbox(on.vault, clock), SessionBook(on), SecondFactor(on)
    return Desk(
        on=on,
        clock=clock,
        registering=Registering(on, outbox),
        signing_in=SigningIn(on, book, factor),
        book=book,
        refreshing=Refreshing(on),
        resetting=Resetting(on, outbox),
        second_factor=factor,
        post_room=PostRoom(store.database, store.lookups, on.vault, clock, send),
        letters=letters,
    )
