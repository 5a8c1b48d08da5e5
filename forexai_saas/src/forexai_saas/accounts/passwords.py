"""Passwords: argon2id, a cap on how many are hashed at once, and no rules of composition."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar, final

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from forexai_saas.errors import AccountError

__all__ = ["LONGEST", "SHORTEST", "Passwords", "check_password"]

ResultT = TypeVar("ResultT")

SHORTEST, LONGEST = 8, 256

_NEAR = 4  # a part of somebody's name that short may stand in a password


@final
class Passwords:
    """Hashes and verifies, a few at a time and off the event loop.

    Parameters
    ----------
    at_once : int
        How many may be hashed at once; each takes its memory and a core. Others wait.
    time_cost, memory_kib : int
        Work of one hash.
    """

    def __init__(self, *, at_once: int, time_cost: int, memory_kib: int) -> None:
        self._hasher = argon2.PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="forexai-argon2")
        # For an account that does not exist, or has no password: the same work, and never right.
        self._nobody = self._hasher.hash(secrets.token_hex())

    async def hash(self, password: str) -> str:
        """Hash a password that was checked."""
        return await self._run(self._hasher.hash, password)

    async def matches(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the one that was kept; takes the same time where none was."""
        right = await self._run(self._verify, kept or self._nobody, password[: LONGEST + 1])
        return right and kept is not None

    def is_weak(self, kept: str) -> bool:
        """Tell whether a hash was made with less work than is asked for today."""
        return self._hasher.check_needs_rehash(kept)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., ResultT], *given: str) -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)


def check_password(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Refuse a password that would soon be guessed.

    Long enough and not known to everybody is all that is asked: no digits, no signs, no expiry (OWASP ASVS 5.0, 6.2).

    Parameters
    ----------
    password : str
        As it was typed; nothing is cut off or changed.
    about : tuple of str
        What others know of the person: mail address, name.

    Raises
    ------
    AccountError
        With the reason.
    """
    if len(password) < SHORTEST:
        raise AccountError("password.short", f"A password has at least {SHORTEST} characters; 15 or more are better.")
    if len(password) > LONGEST:
        raise AccountError("password.long", f"A password has at most {LONGEST} characters.")
    lowered = password.casefold()
    if lowered in _common() or len(set(lowered)) <= 2:
        raise AccountError("password.common", "This password is on every attacker's list. Choose another.")
    for known in (*about, "forexai"):
        parts = [part for part in known.casefold().replace("@", " ").split() if len(part) > _NEAR]
        rest = lowered
        for part in parts:
            rest = rest.replace(part, "")
        if len(rest) <= _NEAR:
            raise AccountError("password.personal", "This password is little more than your name or address.")


@cache
def _common() -> frozenset[str]:
    # Large, and only needed where a password is chosen.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(word.casefold() for word in FREQUENCY_LISTS["passwords"])
