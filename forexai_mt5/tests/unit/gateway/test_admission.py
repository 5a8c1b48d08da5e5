"""Who is let in, and each way in which somebody else is not."""

from __future__ import annotations

import asyncio
import json

import pytest
from gateway_bench import HOST, Machine, Platform, post

from forexai_core.errors import BrokerUnreachableError, IntegrityError, NotFoundError
from forexai_core.ports.secrets import Secret
from forexai_core.services import embedded_services
from forexai_core.services.clocks import ManualClock
from forexai_mt5.connector.credentials import NotPairedError
from forexai_mt5.gateway.admission import Admission, RefusedError
from forexai_mt5.gateway.settings import GatewaySettings
from forexai_mt5.protocol.keys import DeviceKey, is_signed, said_in_hello, said_in_pairing, said_in_proof
from forexai_mt5.protocol.requests import PairRequest, Prove
from forexai_mt5.protocol.session import Hello

START_NS = 1_788_343_200_000_000_000


class Door:
    """An admission on a clock that is driven, and a device before it."""

    def __init__(self, **settings):
        self.clock = ManualClock(START_NS)
        self.services = embedded_services(None, clock=self.clock)
        self.admission = Admission(self.services.secrets, self.clock, GatewaySettings(hosts={HOST}, **settings))
        self.key = DeviceKey.generate()

    async def pair(self, code=None, key=None, host=HOST, account="main"):
        key = key or self.key
        code = code or (await self.admission.issue_code(account)).text
        plain = code.replace("-", "")
        signature = key.sign(said_in_pairing(plain, key.public, host))
        request = PairRequest(code=code, public_key=key.public, signature=signature)
        return await self.admission.pair(request, platform=HOST)

    async def ticket(self, device_id, key=None, host=HOST):
        challenge = (await self.admission.challenge(device_id)).challenge
        signature = (key or self.key).sign(said_in_proof(device_id, challenge, host))
        return await self.admission.prove(
            Prove(device_id=device_id, challenge=challenge, signature=signature), platform=HOST
        )

    def hello(self, device_id, ticket, *, key=None, instance="i-1", proof=None, host=HOST):
        proof = proof or (key or self.key).sign(said_in_hello(ticket, device_id, instance, host))
        return Hello(device_id=device_id, instance=instance, ticket=ticket, proof=proof)


@pytest.fixture
async def door():
    return Door()


async def test_a_device_is_paired_gets_a_ticket_and_is_let_in(door):
    paired = await door.pair()
    ticket = (await door.ticket(paired.device_id)).ticket
    device = await door.admission.redeem(door.hello(paired.device_id, ticket), platform=HOST)
    assert (device.id, device.account) == (paired.device_id, "main")


async def test_a_code_works_once(door):
    code = (await door.admission.issue_code("main")).text
    await door.pair(code)
    with pytest.raises(RefusedError):
        await door.pair(code)


async def test_of_fifty_that_use_a_code_at_once_one_is_paired(door):
    code = (await door.admission.issue_code("main")).text
    results = await asyncio.gather(*(door.pair(code, DeviceKey.generate()) for _ in range(50)), return_exceptions=True)
    assert sum(not isinstance(each, RefusedError) for each in results) == 1
    assert len(await door.admission.devices()) == 1


async def test_a_code_ends_with_its_time_and_is_swept(door):
    code = (await door.admission.issue_code("main")).text
    door.clock.advance(600.0)
    with pytest.raises(RefusedError):
        await door.pair(code)
    await door.admission.issue_code("main")
    names = [name for name in await door.services.secrets.names() if "codes" in name]
    assert len(names) == 1


async def test_a_code_is_read_as_people_write_it(door):
    code = (await door.admission.issue_code("main")).text
    key = DeviceKey.generate()
    plain = code.replace("-", "")
    written = " ".join(code.lower().replace("0", "o").replace("1", "l").split("-"))
    request = PairRequest(
        code=written, public_key=key.public, signature=key.sign(said_in_pairing(plain, key.public, HOST))
    )
    assert (await door.admission.pair(request, platform=HOST)).account == "main"


async def test_pairing_needs_the_private_key_and_means_one_platform(door):
    code = (await door.admission.issue_code("main")).text
    stranger = DeviceKey.generate()
    plain = code.replace("-", "")
    wrong = [
        stranger.sign(said_in_pairing(plain, door.key.public, HOST)),
        door.key.sign(said_in_pairing(plain, door.key.public, "evil.example")),
        door.key.sign(said_in_pairing("0" * 12, door.key.public, HOST)),
        "A" * 86,
        "A" * 20,
    ]
    for signature in wrong:
        with pytest.raises(RefusedError):
            await door.admission.pair(
                PairRequest(code=code, public_key=door.key.public, signature=signature), platform=HOST
            )
    await door.pair(code)  # what failed has not used it up


async def test_guessing_does_not_tell_a_wrong_code_from_an_old_one(door):
    texts = set()
    for code in ("0000-0000-0000", (await door.admission.issue_code("main")).text):
        door.clock.advance(600.0)
        with pytest.raises(RefusedError) as caught:
            await door.pair(code)
        texts.add(str(caught.value))
    assert len(texts) == 1


async def test_a_ticket_works_once_also_when_two_come_at_once(door):
    device_id = (await door.pair()).device_id
    ticket = (await door.ticket(device_id)).ticket
    both = [door.admission.redeem(door.hello(device_id, ticket), platform=HOST) for _ in range(20)]
    results = await asyncio.gather(*both, return_exceptions=True)
    assert sum(not isinstance(each, RefusedError) for each in results) == 1


class FindsTogether:
    """Secrets of two processes that both find a ticket before either removes it."""

    def __init__(self, secrets, both):
        self._secrets, self._both = secrets, both

    def __getattr__(self, name):
        return getattr(self._secrets, name)

    async def get(self, name):
        found = await self._secrets.get(name)
        if name.startswith("connector/tickets/"):
            await self._both.wait()
        return found


async def test_of_two_processes_that_find_a_ticket_at_once_one_lets_its_bearer_in(door):
    device_id = (await door.pair()).device_id
    hello = door.hello(device_id, (await door.ticket(device_id)).ticket)
    shared = FindsTogether(door.services.secrets, asyncio.Barrier(2))
    doors = [Admission(shared, door.clock, GatewaySettings(hosts={HOST})) for _ in range(2)]
    results = await asyncio.gather(*(each.redeem(hello, platform=HOST) for each in doors), return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["Device", "RefusedError"]


async def test_a_ticket_ends_after_thirty_seconds_and_its_time_cannot_be_altered(door):
    device_id = (await door.pair()).device_id
    ticket = (await door.ticket(device_id)).ticket
    later = f"{int(ticket.partition('.')[0]) + 10**12}.{ticket.partition('.')[2]}"
    with pytest.raises(RefusedError):
        await door.admission.redeem(door.hello(device_id, later), platform=HOST)
    door.clock.advance(30.0)
    with pytest.raises(RefusedError):
        await door.admission.redeem(door.hello(device_id, ticket), platform=HOST)


async def test_a_stolen_ticket_is_of_no_use(door):
    device_id = (await door.pair()).device_id
    thief = DeviceKey.generate()
    other = (await door.pair(key=thief)).device_id
    attempts = [
        lambda ticket: door.hello(device_id, ticket, key=thief),
        lambda ticket: door.hello(other, ticket, key=thief),
        lambda ticket: door.hello(device_id, ticket, host="evil.example"),
        lambda ticket: door.hello(
            device_id, ticket, proof=door.key.sign(said_in_hello(ticket, device_id, "another", HOST))
        ),
    ]
    for attempt in attempts:
        ticket = (await door.ticket(device_id)).ticket
        with pytest.raises(RefusedError):
            await door.admission.redeem(attempt(ticket), platform=HOST)


async def test_a_wrong_key_gets_no_ticket(door):
    device_id = (await door.pair()).device_id
    with pytest.raises(RefusedError):
        await door.ticket(device_id, DeviceKey.generate())
    with pytest.raises(RefusedError):
        await door.ticket(device_id, host="evil.example")
    with pytest.raises(RefusedError):
        await door.ticket("d-unknown")


async def test_a_challenge_is_ours_of_one_device_and_for_a_while(door):
    device_id = (await door.pair()).device_id
    other = (await door.pair(key=DeviceKey.generate())).device_id
    challenge = (await door.admission.challenge(device_id)).challenge
    body = challenge.rpartition(".")[0]
    made_up = [
        f"{body}.{'0' * 64}",
        f"{START_NS + 10**15}.{challenge.partition('.')[2]}",
        "not-a-challenge-at-all",
        (await door.admission.challenge(other)).challenge,
    ]
    for each in made_up:
        request = Prove(
            device_id=device_id, challenge=each, signature=door.key.sign(said_in_proof(device_id, each, HOST))
        )
        with pytest.raises(RefusedError):
            await door.admission.prove(request, platform=HOST)
    door.clock.advance(30.0)
    late = Prove(
        device_id=device_id, challenge=challenge, signature=door.key.sign(said_in_proof(device_id, challenge, HOST))
    )
    with pytest.raises(RefusedError):
        await door.admission.prove(late, platform=HOST)


class BeginsTogether:
    """Secrets of a process that finds no key in the very moment in which another one does not, either."""

    def __init__(self, secrets, both):
        self._secrets, self._both = secrets, both

    def __getattr__(self, name):
        return getattr(self._secrets, name)

    async def get(self, name):
        try:
            return await self._secrets.get(name)
        except NotFoundError:
            if name.endswith("gateway-key"):
                await self._both.wait()
            raise


async def test_two_processes_that_begin_together_take_each_others_challenges(tmp_path):
    both, key = asyncio.Barrier(2), DeviceKey.generate()
    services = [embedded_services(tmp_path, clock=ManualClock(START_NS)) for _ in range(2)]
    doors = []
    for each in services:
        door = Door()
        door.admission._secrets, door.key = BeginsTogether(each.secrets, both), key
        doors.append(door)
    # With pairing a platform begins: it tells which installation it is.
    paired = await asyncio.gather(*(each.pair() for each in doors))
    assert len({each.installation for each in paired}) == 1
    device_id = paired[0].device_id
    challenges = await asyncio.gather(*(each.admission.challenge(device_id) for each in doors))
    for door, other in zip(doors, reversed(challenges), strict=True):
        signature = key.sign(said_in_proof(device_id, other.challenge, HOST))
        proof = Prove(device_id=device_id, challenge=other.challenge, signature=signature)
        assert (await door.admission.prove(proof, platform=HOST)).ticket
    for each in services:
        each.close()


async def test_a_stranger_cannot_tell_which_devices_there_are(door):
    device_id = (await door.pair()).device_id
    known, unknown = await door.admission.challenge(device_id), await door.admission.challenge("d-unknown")
    assert len(known.challenge) == len(unknown.challenge)
    texts = set()
    for name in (device_id, "d-unknown"):
        with pytest.raises(RefusedError) as caught:
            await door.ticket(name, DeviceKey.generate())
        texts.add(str(caught.value))
    assert len(texts) == 1


async def test_a_device_that_was_unpaired_is_out(door):
    device_id = (await door.pair()).device_id
    ticket = (await door.ticket(device_id)).ticket
    assert await door.admission.forget(device_id)
    with pytest.raises(RefusedError):
        await door.admission.redeem(door.hello(device_id, ticket), platform=HOST)
    with pytest.raises(RefusedError):
        await door.ticket(device_id)


async def test_nothing_that_lets_anybody_in_is_stored_in_clear(door):
    code = (await door.admission.issue_code("main")).text
    device_id = (await door.pair()).device_id
    ticket = (await door.ticket(device_id)).ticket
    kept = [name + (await door.services.secrets.get(name)).reveal() for name in await door.services.secrets.names()]
    for secret in (code, code.replace("-", ""), ticket, door.key.secret().reveal()):
        assert not any(secret in each for each in kept)
    assert code not in repr(await door.admission.issue_code("main"))
    assert repr(door.key) == "DeviceKey('***')"


def test_a_signature_of_one_thing_is_none_of_another():
    key = DeviceKey.generate()
    assert said_in_proof("ab", "c", HOST) != said_in_proof("a", "bc", HOST)
    assert said_in_pairing("a", "b", "c") != said_in_proof("a", "b", "c")
    said = said_in_proof("a", "b", HOST)
    assert is_signed(said, key.sign(said), key.public)
    assert not is_signed(said + b"x", key.sign(said), key.public)
    assert DeviceKey.of(key.secret()).public == key.public


async def test_a_key_that_is_none_is_told(door):
    with pytest.raises(IntegrityError):
        DeviceKey.of(Secret("short"))


# ------------------------------------------------------------------------------------------------------------ over HTTP
@pytest.fixture
async def platform():
    made = Platform(pair_per_minute=5, auth_per_minute=20)
    yield made
    made.services.close()


async def test_pairing_is_not_guessed_however_often_it_is_tried(platform):
    machine = Machine(platform)
    for _ in range(5):
        with pytest.raises(NotPairedError):
            await machine.credentials.pair("0000-0000-0000", "thief")
    with pytest.raises(BrokerUnreachableError, match="429"):
        await machine.credentials.pair("0000-0000-0000", "thief")


async def test_a_header_claims_no_other_address(platform):
    app = platform.gateways[0]
    body = b'{"type":"CHALLENGE","device_id":"d-1"}'
    statuses = []
    for number in range(25):
        forged = [(b"x-forwarded-for", f"10.9.9.{number}".encode()), (b"forwarded", b"for=1.2.3.4")]
        statuses.append((await post(app, "auth", body, headers=forged))[0])
    assert statuses.count(429) == 5
    assert (await post(app, "auth", body, address="10.0.0.2"))[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "", HOST + ":81", "trade.example.org.evil.example"])
async def test_another_host_is_not_served(platform, host):
    assert (await post(platform.gateways[0], "auth", b"{}", host=host))[0] == 421


async def test_a_body_is_cut_off_before_it_is_held(platform):
    endless = [b"x" * 4096] * 1_000
    status, _, left = await post(platform.gateways[0], "auth", b"", chunks=endless)
    assert status == 413
    assert left > 990


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"type":"PAIR"}', b'{"type":"X"}', b"\xff", b"[" * 5000])
async def test_what_is_no_request_is_refused_without_repeating_it(platform, body):
    status, answer, _ = await post(platform.gateways[0], "auth", body)
    assert status == 400
    assert json.loads(answer)["status"] == 400


async def test_a_platform_is_paired_with_by_its_name_only(platform):
    machine = Machine(platform)
    await machine.pair()
    machine.transport.host = HOST
    other = type(machine.credentials)(machine.store.secrets, machine.transport, "evil.example")
    with pytest.raises(NotPairedError, match=r"evil\.example"):
        await other.ticket("i-1")


async def test_a_heartbeat_over_http_tells_the_time(platform):
    status, body, _ = await post(platform.gateways[0], "heartbeat", b"{}")
    assert status == 200
    assert int(json.loads(body)["timestamp"]) > START_NS - 10**18
    assert (await post(platform.gateways[0], "nowhere", b"{}"))[0] == 404
