"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import final
from uuid import UUID

import attrs
import pyotp
import sqlalchemy as sa

from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record, record_alone
from forexai_saas.accounts.settings import RULES
from forexai_saas.accounts.tokens import hashed
from forexai_saas.audit.chain import Detail
from forexai_saas.errors import AccountError
from forexai_saas.secrets.vault import Spot
from forexai_saas.storage.database import Session
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import recovery_codes, sessions, totp_factors, users

__all__ = ["Enrolment", "SecondFactor", "has_second_factor"]

_STEP_S = 30
_DRIFT_STEPS = 1  # a phone's clock may be half a minute off, either way
_CODES, _CODE_BYTES = 10, 10
_SPOT = Spot("totp_factors", "totp", "sealed_secret")


@attrs.frozen(kw_only=True)
class Enrolment:
    """What an authenticator app needs, shown once.

    Attributes
    ----------
    secret : str
        In base 32, to be typed.
    uri : str
        The same for a QR code.
    """

    secret: str = attrs.field(repr=False)
    uri: str = attrs.field(repr=False)


async def has_second_factor(session: Session) -> bool:
    """Tell whether the transaction's person has one that counts."""
    confirmed = sa.select(totp_factors.c.confirmed_ns).where(totp_factors.c.confirmed_ns.is_not(None))
    return await session.first(confirmed) is not None


@final
class SecondFactor:
    """Enrols, confirms, checks and removes the second factor of a person.

    Parameters
    ----------
    on : Foundation
        Database, vault, clock and limits.
    """

    def __init__(self, on: Foundation) -> None:
        self._on = on

    async def enrol(self, user_id: UUID, password: str) -> Enrolment:
        """Begin: make a secret that counts once a code of it was shown.

        Raises
        ------
        AccountError
            If there is a second factor already, or the password is wrong.
        """
        await self._check_password(user_id, password)
        secret = pyotp.random_base32()
        async with self._on.database.writing(Scope(user_id=user_id)) as session:
            if await has_second_factor(session):
                raise AccountError("second-factor.there", "There is a second factor already. Remove it first.")
            await session.execute(sa.delete(totp_factors))
            await session.execute(
                sa.insert(totp_factors).values(
                    sealed_secret=await self._on.vault.seal(session, "user", _SPOT, secret.encode()),
                    created_ns=self._on.clock.now_ns(),
                    last_step=0,
                )
            )
            email = await session.value(sa.select(users.c.email))
        uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=self._on.settings.issuer)
        return Enrolment(secret=secret, uri=uri)

    async def confirm(self, user_id: UUID, code: str, *, session_id: UUID) -> tuple[str, ...]:
        """Finish enrolling with a first code; return the recovery codes, which are shown once.

        Raises
        ------
        AccountError
            If the code is wrong, or nothing was begun.
        """
        await self._on.limits.take((RULES.SECOND_FACTOR, user_id.hex))
        async with self._on.database.writing(await self._on.scope_of(user_id)) as session:
            if await has_second_factor(session) or not await self._take_totp(session, code, confirmed=False):
                raise _wrong()
            await session.execute(sa.update(totp_factors).values(confirmed_ns=self._on.clock.now_ns()))
            await self._note(session, session_id, by_app=True)
            codes = await _new_codes(session)
            await record(session, self._on, "factor.confirmed", details={"session": str(session_id)})
            return codes

    async def check(self, user_id: UUID, code: str, *, session_id: UUID | None = None) -> None:
        """Take a code of the app, or a recovery code; each is good once, whoever asks and however often at once.

        Parameters
        ----------
        user_id : UUID
            Whose.
        code : str
            As it was typed.
        session_id : UUID, optional
            A session that notes that the second factor was shown now (a step-up).

        Raises
        ------
        AccountError
            If it is wrong, was used, or too many were tried.
        """
        await self._on.limits.take((RULES.SECOND_FACTOR, user_id.hex))
        scope = await self._on.scope_of(user_id)
        details = {"session": None if session_id is None else str(session_id)}
        async with self._refusal_recorded(scope, details), self._on.database.writing(scope) as session:
            by_app = await self.take(session, code)
            if session_id is not None:
                await self._note(session, session_id, by_app=by_app)
            await record(session, self._on, "factor.shown", details=details)
        await self._on.limits.forgive(RULES.SECOND_FACTOR, user_id.hex)

    async def take(self, session: Session, code: str) -> bool:
        """Take a code in a transaction of its person; the limit of attempts is the caller's.

        Tells whether it is the authenticator's: a recovery code lets somebody in, and is no step-up.

        Raises
        ------
        AccountError
            If it is wrong or was used.
        """
        if await self._take_totp(session, code, confirmed=True):
            return True
        if not await self._take_recovery(session, code):
            raise _wrong()
        return False

    async def renew_codes(self, user_id: UUID, code: str) -> tuple[str, ...]:
        """Make new recovery codes, void the old ones."""
        await self._on.limits.take((RULES.SECOND_FACTOR, user_id.hex))
        scope = await self._on.scope_of(user_id)
        async with self._refusal_recorded(scope), self._on.database.writing(scope) as session:
            await self.take(session, code)
            codes = await _new_codes(session)
            await record(session, self._on, "factor.codes-renewed")
            return codes

    async def remove(self, user_id: UUID, password: str, code: str) -> None:
        """Remove the second factor; needs the password and a code.

        Raises
        ------
        AccountError
            If either is wrong.
        """
        await self._check_password(user_id, password)
        await self._on.limits.take((RULES.SECOND_FACTOR, user_id.hex))
        scope = await self._on.scope_of(user_id)
        async with self._refusal_recorded(scope), self._on.database.writing(scope) as session:
            await self.take(session, code)
            await session.execute(sa.delete(totp_factors))
            await session.execute(sa.delete(recovery_codes))
            await session.execute(sa.update(sessions).values(second_factor_ns=None, totp_ns=None))
            await record(session, self._on, "factor.removed")

    @asynccontextmanager
    async def _refusal_recorded(self, scope: Scope, details: Mapping[str, Detail] | None = None) -> AsyncIterator[None]:
        """Record a refused code, after the transaction that refused it was undone."""
        try:
            yield
        except AccountError as refusal:
            await record_alone(self._on, scope, "factor.refused", details={**(details or {}), "code": refusal.code})
            raise

    async def _take_totp(self, session: Session, code: str, *, confirmed: bool) -> bool:
        row = await session.first(sa.select(totp_factors))
        plain = "".join(code.split())
        if row is None or (row.confirmed_ns is not None) != confirmed or not (plain.isascii() and plain.isdigit()):
            return False
        sealed = await self._on.vault.open(session, "user", _SPOT, row.sealed_secret)
        # Counted in steps, and not by pyotp's own clock, which reads local time: ambiguous for an hour each autumn.
        hotp, now_step = pyotp.HOTP(sealed.decode()), self._on.clock.now_ns() // (_STEP_S * 10**9)
        for step in range(now_step - _DRIFT_STEPS, now_step + _DRIFT_STEPS + 1):
            if secrets.compare_digest(hotp.at(step), plain):
                # One statement takes it: the same code, or an older one, finds a later step noted.
                older = totp_factors.c.last_step < step
                return await session.changed(sa.update(totp_factors).where(older).values(last_step=step)) == 1
        return False

    async def _take_recovery(self, session: Session, code: str) -> bool:
        if not await has_second_factor(session):
            return False
        this = recovery_codes.c.code_hash == hashed(_plain_code(code))
        unused = recovery_codes.c.used_ns.is_(None)
        update = sa.update(recovery_codes).where(this, unused).values(used_ns=self._on.clock.now_ns())
        return await session.changed(update) == 1

    async def _note(self, session: Session, session_id: UUID, *, by_app: bool) -> None:
        now_ns = self._on.clock.now_ns()
        shown = {"second_factor_ns": now_ns, **({"totp_ns": now_ns} if by_app else {})}
        await session.execute(sa.update(sessions).where(sessions.c.id == session_id).values(**shown))

    async def _check_password(self, user_id: UUID, password: str) -> None:
        await self._on.limits.take((RULES.SIGN_IN_ACCOUNT, user_id.hex))
        async with self._on.database.reading(Scope(user_id=user_id)) as session:
            kept = await session.value(sa.select(users.c.password_hash))
        if not await self._on.passwords.matches(kept, password):
            raise AccountError("password.wrong", "The password is wrong.")


async def _new_codes(session: Session) -> tuple[str, ...]:
    await session.execute(sa.delete(recovery_codes))
    made = tuple(secrets.token_hex(_CODE_BYTES) for _ in range(_CODES))
    await session.execute(sa.insert(recovery_codes), [{"code_hash": hashed(code)} for code in made])
    return tuple("-".join(code[at : at + 5] for at in range(0, len(code), 5)) for code in made)


def _plain_code(code: str) -> str:
    return "".join(letter for letter in code.casefold() if letter.isalnum())


def _wrong() -> AccountError:
    return AccountError("second-factor.wrong", "The code is wrong or was used. Wait for the next one.")
