"""Which account it is: looked at after every connection and before every request."""

from __future__ import annotations

import attrs

from forexai_core.errors import BrokerUnreachableError
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structures import AccountInfo

__all__ = ["KINDS_OF_ACCOUNT", "Identity", "Wanted"]

KINDS_OF_ACCOUNT = {
    "demo": c.ACCOUNT_TRADE_MODE_DEMO,
    "contest": c.ACCOUNT_TRADE_MODE_CONTEST,
    "real": c.ACCOUNT_TRADE_MODE_REAL,
}


@attrs.frozen(kw_only=True)
class Identity:
    """An account, as a terminal shows it.

    Attributes
    ----------
    login : int
        Its number, which is unique at its server only.
    server, company : str
        Where it is held.
    trade_mode : int
        ``ACCOUNT_TRADE_MODE_*``.
    """

    login: int
    server: str
    company: str
    trade_mode: int

    @classmethod
    def of(cls, account: AccountInfo) -> Identity:
        """Read it."""
        return cls(login=account.login, server=account.server, company=account.company, trade_mode=account.trade_mode)

    @property
    def name(self) -> str:
        """As the core names accounts: ``5012345@Broker-Demo``."""
        return f"{self.login}@{self.server}"

    @property
    def kind(self) -> str:
        """``demo``, ``contest`` or ``real``."""
        return next((kind for kind, mode in KINDS_OF_ACCOUNT.items() if mode == self.trade_mode), "real")


@attrs.frozen(kw_only=True)
class Wanted:
    """Which account is meant.

    Attributes
    ----------
    login : int
        0: the one that the terminal shows at the first connection.
    server : str
        Likewise empty.
    kind : str
        ``demo``, ``contest`` or ``real``: no request goes to an account of another kind.
    """

    login: int = 0
    server: str = ""
    kind: str = "demo"

    def names(self, found: Identity) -> bool:
        """Say whether an account has the login and the server that are meant."""
        return self.login in {0, found.login} and self.server in {"", found.server}

    def check(self, found: Identity, pinned: Identity | None) -> None:
        """Insist that it is the one that is meant, and the same as before.

        Raises
        ------
        BrokerUnreachableError
            If not; nothing was sent.
        """
        if not self.names(found):
            asked = f"{self.login or 'any login'}@{self.server or 'any server'}"
            raise BrokerUnreachableError(
                f"The terminal is logged in to {found.name}, and {asked} is meant. Log it in there, or correct the "
                "settings; nothing is sent meanwhile."
            )
        if found.kind != self.kind:
            raise BrokerUnreachableError(
                f"{found.name} is a {found.kind} account, and a {self.kind} account is meant. Set account_kind="
                f"'{found.kind}' if you want to trade on it; nothing is sent meanwhile."
            )
        if pinned is not None and found != pinned:
            raise BrokerUnreachableError(
                f"The terminal was logged in to {pinned.name} ({pinned.company}) and now shows {found.name} "
                f"({found.company}). Log it in to the first again; nothing is sent meanwhile."
            )
