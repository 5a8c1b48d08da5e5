"""A device at its platform: paired once, with a key that never leaves it, and a ticket for each connection."""

from __future__ import annotations

import hashlib
import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from forexai_core.errors import BrokerUnreachableError, ConfigError, NotFoundError
from forexai_core.ports.secrets import Secret, Secrets
from forexai_mt5.connector.transport import Transport
from forexai_mt5.protocol.keys import DeviceKey, said_in_hello, said_in_pairing, said_in_proof
from forexai_mt5.protocol.requests import Challenge, ChallengeRequest, Paired, PairRequest, Prove, Ticket

__all__ = ["Credentials", "NotPairedError"]

_T = TypeVar("_T", bound=BaseModel)
_KEY, _DEVICE = "connector/device-key", "connector/device"


class NotPairedError(ConfigError):
    """The platform does not know this device, or no more: a person has to pair it."""


class Credentials:
    """Pairs this device, and gets it in.

    Parameters
    ----------
    secrets : Secrets
        Where its key is kept on this machine.
    transport : Transport
        The way to the platform.
    host : str
        The platform's name: what is signed holds for it alone.
    """

    def __init__(self, secrets: Secrets, transport: Transport, host: str) -> None:
        self._secrets, self._transport, self._host = secrets, transport, host

    async def pair(self, code: str, name: str) -> Paired:
        """Pair this device by a code that the platform shows; a former pairing is replaced.

        Raises
        ------
        NotPairedError
            If the code is not taken.
        BrokerUnreachableError
            If the platform does not answer.
        """
        letters = "".join(code.split()).replace("-", "").upper()
        plain = letters.replace("O", "0").replace("I", "1").replace("L", "1")
        key = DeviceKey.generate()
        signature = key.sign(said_in_pairing(plain, key.public, self._host))
        try:
            request = PairRequest(code=plain, public_key=key.public, name=name[:500], signature=signature)
        except ValidationError:
            raise NotPairedError("A pairing code has twelve letters and digits. Copy it as it is shown.") from None
        paired = await self._ask(request, Paired)
        await self._secrets.set(_KEY, key.secret())
        kept = paired.model_dump() | {"host": self._host}
        await self._secrets.set(_DEVICE, Secret(json.dumps(kept)))
        return paired

    async def _known(self) -> tuple[str, DeviceKey]:
        try:
            kept = json.loads((await self._secrets.get(_DEVICE)).reveal())
            key = DeviceKey.of(await self._secrets.get(_KEY))
        except NotFoundError:
            raise NotPairedError("This device is not paired. Run 'forexai connector pair' first.") from None
        if kept["host"] != self._host:
            raise NotPairedError(f"This device is paired with {kept['host']}, not with {self._host}. Pair it there.")
        return str(kept["device_id"]), key

    async def account(self) -> str:
        """Give the account that this device is paired for at the platform; empty where it is not."""
        try:
            kept = json.loads((await self._secrets.get(_DEVICE)).reveal())
        except NotFoundError:
            return ""
        return str(kept["account"]) if kept["host"] == self._host else ""

    async def place(self) -> str:
        """Name what this device is paired for, so that no two platforms, and no two accounts of one, have one name.

        Fences count within it, and commands are remembered by it; a platform that was set up anew begins anew.
        """
        try:
            kept = json.loads((await self._secrets.get(_DEVICE)).reveal())
        except NotFoundError:
            return "unpaired"
        parts = (kept["host"], kept.get("installation", ""), kept["account"])
        return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]

    async def ticket(self, instance: str) -> tuple[str, str, str]:
        """Get a ticket for one connection; give device, ticket and the proof that goes with it.

        Raises
        ------
        NotPairedError
            If the platform does not let this device in.
        BrokerUnreachableError
            If it does not answer.
        """
        device_id, key = await self._known()
        challenge = (await self._ask(ChallengeRequest(device_id=device_id), Challenge)).challenge
        signature = key.sign(said_in_proof(device_id, challenge, self._host))
        proof = Prove(device_id=device_id, challenge=challenge, signature=signature)
        ticket = (await self._ask(proof, Ticket)).ticket
        return device_id, ticket, key.sign(said_in_hello(ticket, device_id, instance, self._host))

    async def _ask(self, request: BaseModel, kind: type[_T]) -> _T:
        status, body = await self._transport.post("auth", request.model_dump_json().encode())
        if status == 403:
            raise NotPairedError(_detail(body))
        if status != 200:
            raise BrokerUnreachableError(f"The platform answers {status}: {_detail(body)}")
        try:
            return kind.model_validate_json(body)
        except ValidationError:
            raise BrokerUnreachableError(
                f"The platform's answer is no {kind.__name__}. Is the address right?"
            ) from None


def _detail(body: bytes) -> str:
    try:
        return str(json.loads(body)["detail"])[:300]
    except (ValueError, KeyError, TypeError):
        return "it does not say why"
