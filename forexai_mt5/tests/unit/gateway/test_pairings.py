"""Pairing by tenant: nobody sees, names or unpairs the machines of another."""

from __future__ import annotations

import pytest
from gateway_bench import Machine, Platform, until

from forexai_core.errors import ConfigError, ConflictError, NotFoundError
from forexai_core.services import embedded_services
from forexai_core.services.clocks import ManualClock
from forexai_mt5.connector.service import DismissedError
from forexai_mt5.gateway.pairings import TenantPairings, account_of


async def paired(platform, pairings, tenant, connection="main"):
    machine = Machine(platform)
    code = await pairings.issue(tenant, connection)
    told = await machine.credentials.pair(code.text, f"a machine of {tenant}")
    return machine, told.device_id


async def test_a_tenant_has_its_own_machines_only():
    platform = Platform()
    pairings = TenantPairings(platform.services)
    mine, my_id = await paired(platform, pairings, "t1")
    _, second_id = await paired(platform, pairings, "t1", "second")
    other, other_id = await paired(platform, pairings, "t10")  # whose name begins alike
    assert [each.device_id for each in await pairings.machines("t1")] == [my_id, second_id]
    assert [each.connection for each in await pairings.machines("t1", "second")] == ["second"]
    assert [each.device_id for each in await pairings.machines("t10")] == [other_id]
    assert await pairings.machines("t") == ()
    mine.start()
    other.start()
    await until(lambda: all(each.states and each.states[-1][0] == "connected" for each in (mine, other)))
    assert [each.connected for each in await pairings.machines("t1")] == [True, False]
    assert await pairings.is_connected("t1", "main")
    assert not await pairings.is_connected("t1", "second")
    # The account of the one is no account of the other.
    async with platform.line(account_of("t1", "main")) as line:
        await line.query("ACCOUNT", timeout_s=60.0)
    # Of another's machine nothing is said, and nothing happens to it.
    for wrong in (other_id, "d-0", "", "../x"):
        with pytest.raises(NotFoundError, match="no such machine"):
            await pairings.unpair("t1", wrong)
    assert await pairings.is_connected("t10", "main")
    # One's own is out at once, and stays out.
    await pairings.unpair("t1", my_id)
    with pytest.raises(DismissedError, match="revoked"):
        await mine.task
    assert [each.device_id for each in await pairings.machines("t1")] == [second_id]
    with pytest.raises(NotFoundError):
        await pairings.unpair("t1", my_id)
    await other.kill()
    platform.services.close()


async def test_codes_of_a_tenant_are_few_and_those_of_others_do_not_count():
    clock = ManualClock(10**18)
    services = embedded_services(None, clock=clock)
    pairings = TenantPairings(services, code_s=60.0, most_codes=2)
    codes = [await pairings.issue("t1", "main"), await pairings.issue("t1", "second")]
    assert len({each.text for each in codes}) == 2
    assert codes[0].text not in repr(codes[0])
    with pytest.raises(ConflictError, match="2 codes stand already"):
        await pairings.issue("t1", "third")
    await pairings.issue("t10", "main")
    clock.advance(61.0)
    assert (await pairings.issue("t1", "third")).expires_at_ns == clock.now_ns() + 60 * 10**9
    services.close()


@pytest.mark.parametrize("name", ["", "a/b", "..", "a b", "é", "x" * 65, "-a", "a\n"])
async def test_names_that_could_be_those_of_another_are_refused(name):
    services = embedded_services(None)
    pairings = TenantPairings(services)
    for tenant, connection in ((name, "main"), ("t1", name)):
        with pytest.raises(ConfigError, match="cannot name"):
            await pairings.issue(tenant, connection)
        with pytest.raises(ConfigError, match="cannot name"):
            await pairings.is_connected(tenant, connection)
    with pytest.raises(ConfigError, match="cannot name a tenant"):
        await pairings.machines(name)
    services.close()
