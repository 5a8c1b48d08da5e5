"""Who may connect: devices that were paired by a code, with a key of their own, one ticket a connection."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets as chance
from collections.abc import Sequence
from contextlib import suppress

import attrs

from forexai_core.errors import ConfigError, ForexAIError, NotFoundError
from forexai_core.ports.clock import Clock
from forexai_core.ports.names import check_name
from forexai_core.ports.secrets import Secret, Secrets
from forexai_mt5.gateway.settings import GatewaySettings
from forexai_mt5.protocol.keys import is_signed, said_in_hello, said_in_pairing, said_in_proof
from forexai_mt5.protocol.requests import Challenge, Paired, PairRequest, Prove, Ticket
from forexai_mt5.protocol.session import Hello

__all__ = ["Admission", "Device", "PairingCode", "RefusedError"]

_NS = 1_000_000_000
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LETTERS = 12  # 60 bits
_KEY = "connector/gateway-key"


class RefusedError(ForexAIError):
    """Somebody is not let in. The text says nothing of what is known here."""


@attrs.frozen(kw_only=True)
class PairingCode:
    """A code to be typed at a connector, shown once.

    Attributes
    ----------
    text : str
        In groups of four.
    expires_at_ns : int
        Nanoseconds UTC.
    """

    text: str = attrs.field(repr=False)
    expires_at_ns: int


@attrs.frozen(kw_only=True)
class Device:
    """A device that was paired.

    Attributes
    ----------
    id : str
        Its name here.
    account : str
        Which account it stands for.
    public_key : str
        Of its key.
    name : str
        For people.
    paired_at_ns : int
        Nanoseconds UTC.
    """

    id: str
    account: str
    public_key: str
    name: str
    paired_at_ns: int


def _plain_code(text: str) -> str:
    """Read a code as people write it: capitals do not matter, nor O for 0, I and L for 1."""
    letters = "".join(text.split()).replace("-", "").upper()
    return letters.replace("O", "0").replace("I", "1").replace("L", "1")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Admission:
    """Pairs devices, and lets them in.

    All state lies in the store of secrets, so that every process of an installation knows it: codes and tickets by
    their hashes only. What may be used once is used by whoever removes it.

    Parameters
    ----------
    secrets : Secrets
        The store.
    clock : Clock
        For expiry.
    settings : GatewaySettings
        Lives of codes and tickets.
    """

    def __init__(self, secrets: Secrets, clock: Clock, settings: GatewaySettings) -> None:
        self._secrets, self._clock, self._settings = secrets, clock, settings
        self._key: bytes | None = None

    # ---------------------------------------------------------------------------------------------------------- pairing
    async def issue_code(self, account: str) -> PairingCode:
        """Make a code that pairs one device with an account, once, soon.

        Call it for a person who has just proved who they are, and show it to them only.

        Raises
        ------
        ConfigError
            If the account is no name.
        """
        check_name("account", f"connector/{account}")
        await self._sweep()
        letters = "".join(chance.choice(_ALPHABET) for _ in range(_CODE_LETTERS))
        expires_at_ns = self._clock.now_ns() + round(self._settings.code_s * _NS)
        kept = json.dumps({"account": account, "expires": expires_at_ns})
        await self._secrets.set(f"connector/codes/{expires_at_ns}-{_digest(letters)}", Secret(kept))
        shown = "-".join(letters[place : place + 4] for place in range(0, _CODE_LETTERS, 4))
        return PairingCode(text=shown, expires_at_ns=expires_at_ns)

    async def standing_codes(self) -> Sequence[str]:
        """Name the account of each code that could still be used."""
        await self._sweep()
        names = [name for name in await self._secrets.names() if name.startswith("connector/codes/")]
        accounts = []
        for name in names:
            with suppress(NotFoundError):  # it was used just now
                accounts.append(str(json.loads((await self._secrets.get(name)).reveal())["account"]))
        return accounts

    async def pair(self, request: PairRequest, *, platform: str) -> Paired:
        """Pair a device.

        Raises
        ------
        RefusedError
            If the code is not one that stands, or the signature is not that of the key.
        """
        code = _plain_code(request.code)
        said = said_in_pairing(code, request.public_key, platform)
        if not is_signed(said, request.signature, request.public_key):
            raise RefusedError("The code is wrong, was used, or is too old. Have a new one shown.")
        account = await self._used_code(code)
        device = Device(
            id=f"d-{chance.token_hex(12)}",
            account=account,
            public_key=request.public_key,
            name=request.name,
            paired_at_ns=self._clock.now_ns(),
        )
        await self._secrets.set(f"connector/devices/{device.id}", Secret(json.dumps(attrs.asdict(device))))
        return Paired(device_id=device.id, account=account, installation=await self._installation())

    async def _used_code(self, code: str) -> str:
        """Use a code up, and give its account."""
        ending = f"-{_digest(code)}"
        found = [name for name in await self._secrets.names() if name.startswith("connector/codes/")]
        name = next((each for each in found if each.endswith(ending)), None)
        if name is not None:
            kept = json.loads((await self._secrets.get(name)).reveal())
            # Of several that come at once, the one that removes it has used it.
            if await self._secrets.delete(name) and kept["expires"] > self._clock.now_ns():
                return str(kept["account"])
        raise RefusedError("The code is wrong, was used, or is too old. Have a new one shown.")

    async def devices(self, account: str | None = None) -> Sequence[Device]:
        """List the devices that are paired, with one account or with any."""
        names = [name for name in await self._secrets.names() if name.startswith("connector/devices/")]
        found = [await self.device(name.rpartition("/")[2]) for name in names]
        return [each for each in found if each is not None and account in {None, each.account}]

    async def device(self, device_id: str) -> Device | None:
        """Give a device; None where it is not, or no more, paired."""
        try:
            kept = await self._secrets.get(f"connector/devices/{device_id}")
        except (NotFoundError, ConfigError):
            return None
        return Device(**json.loads(kept.reveal()))

    async def forget(self, device_id: str) -> bool:
        """Unpair a device; return whether it was paired. `Gateway.revoke` ends its connection, too."""
        return await self._secrets.delete(f"connector/devices/{device_id}")

    # ---------------------------------------------------------------------------------------------------------- tickets
    async def challenge(self, device_id: str) -> Challenge:
        """Give something to sign. It is given to any name, so that nobody learns which devices there are."""
        expires = self._clock.now_ns() + round(self._settings.ticket_s * _NS)
        body = f"{expires}.{chance.token_hex(16)}"
        return Challenge(challenge=f"{body}.{await self._mark(body, device_id)}")

    async def prove(self, request: Prove, *, platform: str) -> Ticket:
        """Give a ticket to a device that has signed its challenge.

        Raises
        ------
        RefusedError
            If the challenge is not ours or too old, the device is not paired, or the signature is not its own.
        """
        body, _, mark = request.challenge.rpartition(".")
        ours = hmac.compare_digest(mark, await self._mark(body, request.device_id))
        device = await self.device(request.device_id)
        said = said_in_proof(request.device_id, request.challenge, platform)
        signed = is_signed(said, request.signature, device.public_key if device is not None else "")
        if not (ours and signed and int(body.partition(".")[0]) > self._clock.now_ns()):
            raise RefusedError("This device is not let in. Ask again; if that does not help, pair it anew.")
        await self._sweep()
        expires = self._clock.now_ns() + round(self._settings.ticket_s * _NS)
        text = f"{expires}.{chance.token_urlsafe(32)}"
        await self._secrets.set(_place_of_ticket(text), Secret(request.device_id))
        return Ticket(ticket=text, expires=expires)

    async def redeem(self, hello: Hello, *, platform: str) -> Device:
        """Use a ticket up, and give the device that it was for.

        Raises
        ------
        RefusedError
            If it was used, is too old, is of another device, or is not signed by the device's key.
        """
        refused = RefusedError("This device is not let in. Get a new ticket; if that does not help, pair it anew.")
        name = _place_of_ticket(hello.ticket)
        try:
            kept = await self._secrets.get(name)
        except (NotFoundError, ConfigError):
            raise refused from None
        used = await self._secrets.delete(name)
        device = await self.device(hello.device_id)
        said = said_in_hello(hello.ticket, hello.device_id, hello.instance, platform)
        fits = kept == Secret(hello.device_id) and int(hello.ticket.partition(".")[0]) > self._clock.now_ns()
        if not used or device is None or not fits or not is_signed(said, hello.proof, device.public_key):
            raise refused
        return device

    async def _installation(self) -> str:
        """Name this installation, the same in all its processes, and telling nothing of its key."""
        return hmac.new(await self._own_key(), b"installation", hashlib.sha256).hexdigest()[:32]

    async def _own_key(self) -> bytes:
        if self._key is None:
            with suppress(NotFoundError):
                self._key = bytes.fromhex((await self._secrets.get(_KEY)).reveal())
        if self._key is None:
            # Of several processes that begin at once, one adds it, and all of them take that one.
            await self._secrets.add(_KEY, Secret(chance.token_hex(32)))
            self._key = bytes.fromhex((await self._secrets.get(_KEY)).reveal())
        return self._key

    async def _mark(self, body: str, device_id: str) -> str:
        return hmac.new(await self._own_key(), f"challenge:{device_id}:{body}".encode(), hashlib.sha256).hexdigest()

    async def _sweep(self) -> None:
        """Remove codes and tickets that nobody used in time."""
        now_ns = self._clock.now_ns()
        for name in await self._secrets.names():
            kind, _, rest = name.rpartition("/")
            expires = rest.partition("-")[0]
            if kind in {"connector/codes", "connector/tickets"} and expires.isdigit() and int(expires) <= now_ns:
                await self._secrets.delete(name)


def _place_of_ticket(text: str) -> str:
    # What was typed in place of the time is part of the name, too: an altered one is not found.
    expires = text.partition(".")[0]
    return f"connector/tickets/{expires if expires.isdigit() else 0}-{_digest(text)}"
