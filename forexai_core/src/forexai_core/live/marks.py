"""What an order carries so that it is found again at its venue: an id, a short tag and a number."""

from __future__ import annotations

import base64
import hashlib

import attrs

from forexai_core.errors import ConfigError
from forexai_core.ports.leases import Fence
from forexai_core.ports.names import check_name

__all__ = ["LONGEST_ACCOUNT", "LONGEST_TAG", "Mark", "Marks"]

LONGEST_TAG = 25
"""Most characters of a tag. MetaTrader keeps 31 of a comment, some servers fewer."""

LONGEST_ACCOUNT = 24
"""Most characters of an account's name: with the numbers behind it an id must fit 64."""

_PREFIX = "fx"
_POSITIVE = 2**63 - 1


@attrs.frozen(kw_only=True)
class Mark:
    """The names of one intent.

    Attributes
    ----------
    id : str
        Of the intent; the order's ``client_id``.
    tag : str
        Letters and digits, `LONGEST_TAG` at most: the order's comment.
    magic : int
        1 to 2**63 - 1; no other intent has it.
    """

    id: str
    tag: str
    magic: int


class Marks:
    """Makes the marks of one writer, the next one at each call.

    They follow from the account, the fencing token and the moment at which writing began: so a replay, which is driven
    by the recorded clock, makes the same ones, and two writers never do, not even in two homes of one venue's account.

    Parameters
    ----------
    account : str
        Name of the account.
    fence : Fence
        The writer's token.
    started_ns : int
        When it began, nanoseconds UTC.

    Raises
    ------
    ConfigError
        If the account's name cannot stand in an id.
    """

    def __init__(self, account: str, fence: Fence, started_ns: int) -> None:
        check_name("account", account)
        if len(account) > LONGEST_ACCOUNT or not account.isascii():
            raise ConfigError(
                f"The account's name '{account}' stands in the id of each order: {LONGEST_ACCOUNT} plain characters "
                "at most."
            )
        self._stem = f"{account}-{fence.epoch}-{fence.number}"
        self._seed = f"{account}|{fence.resource}|{fence.epoch}|{fence.number}|{started_ns}"
        self._count = 0

    def next(self) -> Mark:
        """Make a mark."""
        self._count += 1
        digest = hashlib.blake2b(f"{self._seed}|{self._count}".encode(), digest_size=16).digest()
        tag = _PREFIX + base64.b32encode(digest[8:]).decode().rstrip("=").lower()
        magic = int.from_bytes(digest[:8], "big") & _POSITIVE
        return Mark(id=f"{self._stem}-{self._count}", tag=tag, magic=magic or self._count)
