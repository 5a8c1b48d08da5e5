"""How a suite says that a rule is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

__all__ = ["PATIENCE_S", "refused", "require", "soon"]

PATIENCE_S = 10.0
"""How long a suite waits for what should happen soon, seconds."""

ResultT = TypeVar("ResultT")


def require(holds: object, broken: str) -> None:
    """Fail the test with a sentence when something does not hold.

    Parameters
    ----------
    holds : object
        True if it does.
    broken : str
        What is wrong if it does not.
    """
    if not holds:
        pytest.fail(broken)


@contextmanager
def refused(error: type[Exception], what: str) -> Iterator[None]:
    """Fail the test unless the block raises an error of that very kind.

    Parameters
    ----------
    error : type
        What must be raised.
    what : str
        What the block tries.
    """
    try:
        yield
    except error:
        return
    except Exception as other:  # noqa: BLE001 - named in the verdict
        pytest.fail(f"{what} must raise {error.__name__}, not {type(other).__name__}: {other}")
    pytest.fail(f"{what} must raise {error.__name__}, but was accepted")


async def soon(work: Awaitable[ResultT], what: str) -> ResultT:
    """Await something, and fail the test if it takes longer than `PATIENCE_S`."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await work
    except TimeoutError:
        pytest.fail(f"{what} did not happen within {PATIENCE_S} seconds")
