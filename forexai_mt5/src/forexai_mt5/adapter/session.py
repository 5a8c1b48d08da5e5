"""One terminal and one account: connected, made sure of, and asked."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

import attrs

from forexai_core.errors import BrokerUnreachableError, OrderRejectedError, OrderStateUnknownError, RejectionKind
from forexai_mt5.adapter.identity import Identity, Wanted
from forexai_mt5.adapter.package import Package
from forexai_mt5.adapter.remembered import RememberedAccount
from forexai_mt5.adapter.retcodes import BROKEN_CODES, REMEDIES, result_of
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structures import AccountInfo, OrderSendResult
from forexai_mt5.worker.worker import Answer

__all__ = ["LogIn", "TerminalSession"]


@attrs.frozen(kw_only=True)
class LogIn:
    """How a terminal is found and logged in.

    Attributes
    ----------
    path : str
        Of ``terminal64.exe``; empty: the one that Windows knows.
    portable : bool
        As the terminal is started: another value starts another terminal.
    wanted : Wanted
        Which account.
    password : str or None
        Only needed where the terminal is not logged in to it by itself.
    timeout_ms : int
        For reaching the state logged in.
    """

    path: str = ""
    portable: bool = False
    wanted: Wanted = attrs.field(factory=Wanted)
    password: str | None = attrs.field(default=None, repr=False)
    timeout_ms: int = 60_000

    def arguments(self) -> tuple[tuple[str, ...], dict[str, Any]]:
        """Give those of ``initialize``, without an account: it attaches to a terminal as it is."""
        named: dict[str, Any] = {"timeout": self.timeout_ms}
        if self.portable:
            named["portable"] = True
        return ((self.path,) if self.path else ()), named

    def credentials(self) -> dict[str, Any]:
        """Give login, password and server; empty where they are not known."""
        if not self.wanted.login or self.password is None:
            return {}
        server = {"server": self.wanted.server} if self.wanted.server else {}
        return {"login": self.wanted.login, "password": self.password, **server}


class TerminalSession:
    """Asks one terminal, about one account.

    A call that only asks is repeated once over a new connection. ``order_send`` is called once, in the process in which
    the account was looked at just before.

    Parameters
    ----------
    package : Package
        In its process.
    log_in : LogIn
        Which terminal and account.
    remembered : RememberedAccount, optional
        Which account it was before this process.
    """

    def __init__(self, package: Package, log_in: LogIn, remembered: RememberedAccount | None = None) -> None:
        self.package, self._log_in, self._remembered = package, log_in, remembered
        self.identity: Identity | None = None
        self._attached = 0  # the generation that is connected
        self._attaching = asyncio.Lock()  # also held while a request is under way
        self._open = self._may_log_in = False

    @property
    def is_open(self) -> bool:
        """Whether it was opened, and not closed since."""
        return self._open

    async def open(self) -> AccountInfo:
        """Start the package, connect, and look at the account; twice is once.

        Raises
        ------
        BrokerUnreachableError
            If it cannot be reached, or is another account.
        """
        await self.package.start()
        self._open = self._may_log_in = True
        return await self.account()

    async def close(self) -> None:
        """Let the terminal go; nothing changes there."""
        self._open, self._attached = False, 0
        await self.package.stop()

    # -------------------------------------------------------------------------------------------------- connecting
    async def _connected(self) -> int:
        """Give the generation of a process that is connected to the account that is meant."""
        async with self._attaching:
            return await self._ready()

    async def _ready(self) -> int:
        """Connect where there is no connection; the lock is held."""
        if not self._open:
            raise BrokerUnreachableError("There is no session with the terminal. Connect first.")
        if self._attached != self.package.generation or not self._attached:
            await self._attach()
        return self._attached

    async def _attach(self) -> None:
        """Attach to the terminal as it stands, and log in where it is at another account.

        Only when the session is opened: later, somebody at the terminal has changed the account, and is not fought.
        """
        self._attached = 0
        paths, named = self._log_in.arguments()
        await self.package.call("shutdown")
        answer = await self.package.call("initialize", *paths, **named)
        credentials = self._log_in.credentials()
        not_logged_in = {c.RES_E_INTERNAL_FAIL_TIMEOUT, c.RES_E_AUTH_FAILED}
        if answer.value is not True and credentials and answer.error[0] in not_logged_in:
            # It is at no account at all.
            answer = await self.package.call("initialize", *paths, **named, **credentials)
        if answer.value is not True:
            raise _unreachable("initialize", answer.error)
        account = await self._shown(answer.generation)
        if self._may_log_in and credentials and not self._log_in.wanted.names(Identity.of(account)):
            login = credentials.pop("login")
            answer = await self.package.call("login", login, generation=answer.generation, **credentials)
            if answer.value is not True:
                raise _unreachable("login", answer.error)
            account = await self._shown(answer.generation)
        found = Identity.of(account)
        self._log_in.wanted.check(found, self.identity)
        if self._remembered is not None and self.identity is None:
            await self._remembered.check(found, self._log_in.wanted)
        self.identity = found
        self._may_log_in = False
        self._attached = answer.generation

    async def _shown(self, generation: int) -> AccountInfo:
        answer = await self.package.call("account_info", generation=generation)
        if answer.value is None:
            self._note(answer)
            raise _unreachable("account_info", answer.error)
        account: AccountInfo = answer.value
        return account

    def _check(self, account: AccountInfo) -> None:
        found = Identity.of(account)
        self._log_in.wanted.check(found, self.identity)
        self.identity = found

    def _note(self, answer: Answer) -> None:
        """Give a connection up whose pipe is broken."""
        if answer.error[0] in BROKEN_CODES:
            self._attached = 0

    # ------------------------------------------------------------------------------------------------------ asking
    async def ask(self, function: str, *args: Any, missing: Collection[int] = (), **kwargs: Any) -> Any:
        """Call a function that changes nothing, and give its value.

        Parameters
        ----------
        function : str
            Of the package.
        *args, **kwargs
            Its arguments.
        missing : collection of int
            Codes of ``last_error`` that mean that there is none: then the value is None.

        Raises
        ------
        BrokerUnreachableError
            If it fails, over a second connection too.
        """
        answer = await self._asked(function, args, kwargs, await self._connected())
        if answer is None or (_failed(answer) and answer.error[0] in BROKEN_CODES):
            answer = await self._asked(function, args, kwargs, await self._connected())
        if answer is None:
            raise BrokerUnreachableError(f"{function}: the terminal gave no answer, twice. Look whether it hangs.")
        if not _failed(answer):
            return answer.value
        if answer.error[0] in missing:
            return None
        raise _unreachable(function, answer.error)

    async def _asked(
        self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], generation: int
    ) -> Answer | None:
        """Call a function once; None where the process is another one now, or will be."""
        try:
            answer = await self.package.call(function, *args, generation=generation, **kwargs)
        except BrokerUnreachableError:
            self._attached = 0
            return None
        if _failed(answer):
            self._note(answer)
        return answer

    async def account(self) -> AccountInfo:
        """Give the account as it stands.

        Raises
        ------
        BrokerUnreachableError
            If it cannot be seen, or is another one than is meant.
        """
        account: AccountInfo = await self.ask("account_info")
        self._check(account)
        return account

    # ----------------------------------------------------------------------------------------------------- sending
    async def send(self, request: dict[str, Any]) -> OrderSendResult:
        """Hand a request over, once, if this is the account that is meant.

        Raises
        ------
        BrokerUnreachableError
            If it certainly was not sent.
        OrderRejectedError
            If it certainly was not executed.
        OrderStateUnknownError
            If nobody knows.
        """
        async with self._attaching:  # nobody connects anew between the look at the account and the request
            return await self._sent(request, await self._ready())

    async def _sent(self, request: dict[str, Any], generation: int) -> OrderSendResult:
        account = await self._shown(generation)
        self._check(account)
        if not (account.trade_allowed and account.trade_expert):
            await self._say_why_not(account, generation)
        try:
            answer = await self.package.call("order_send", request, generation=generation)
        except OrderStateUnknownError:
            self._attached = 0
            raise
        if answer.value is None:
            self._note(answer)
        result = result_of(answer)
        await self._still_there(generation)
        return result

    async def _still_there(self, generation: int) -> None:
        """Look whether somebody changed the account while the request was under way."""
        try:
            shown = Identity.of(await self._shown(generation))
        except BrokerUnreachableError:
            return  # the server has answered, and the next look connects anew
        if shown != self.identity:
            raise OrderStateUnknownError(
                f"The terminal was logged in to {shown.name} while a request was under way: it may have been carried "
                "out on either account. Look at both, and do not send it again before."
            )

    async def _say_why_not(self, account: AccountInfo, generation: int) -> None:
        """Refuse a request on an account that may not trade, before it is sent."""
        answer = await self.package.call("terminal_info", generation=generation)
        if answer.value is None:
            self._note(answer)
            raise _unreachable("terminal_info", answer.error)
        if not answer.value.connected:
            raise BrokerUnreachableError("The terminal has no connection to the server; nothing was sent.")
        if not account.trade_allowed:
            why = "it may not trade: the password is an investor's, or the account is archived"
        else:
            why = "its server lets no program trade"
        raise OrderRejectedError(
            f"{account.login}@{account.server}: {why}.",
            code=c.TRADE_RETCODE_SERVER_DISABLES_AT,
            kind=RejectionKind.HALTED,
        )


def _failed(answer: Answer) -> bool:
    return answer.value is None or (answer.value is False and answer.error[0] != c.RES_S_OK)


def _unreachable(function: str, error: tuple[int, str]) -> BrokerUnreachableError:
    remedy = REMEDIES.get(error[0], "")
    return BrokerUnreachableError(f"{function}: {error[1]} ({error[0]}). {remedy}".rstrip())
