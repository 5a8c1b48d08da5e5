"""What every store of leases has to pass."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import pytest

from forexai_core.errors import ConfigError, FencedError
from forexai_core.ports.leases import Lease, Leases
from forexai_core.testing.ports.verdicts import refused, require, soon

__all__ = ["LeasesSuite"]

_RESOURCE = "account:main"


async def _acquired(leases: Leases, owner: str, resource: str = _RESOURCE, ttl_s: float = 10.0) -> Lease:
    lease = await leases.acquire(resource, owner=owner, ttl_s=ttl_s)
    if lease is None:
        pytest.fail(f"'{owner}' does not get the free lease of '{resource}'")
    return lease


@pytest.mark.asyncio
class LeasesSuite:
    """Rules of `forexai_core.ports.leases.Leases`."""

    @pytest.fixture
    def leases(self) -> Leases:
        """Give a store without leases."""
        raise NotImplementedError("Give a fixture 'leases'.")

    @pytest.fixture
    def another(self) -> Callable[[], Leases]:
        """Give a function that opens the same store once more; one in memory may return itself."""
        raise NotImplementedError("Give a fixture 'another'.")

    @pytest.fixture
    def advance(self) -> Callable[[float], None]:
        """Give a function that lets the store's clock advance by seconds."""
        raise NotImplementedError("Give a fixture 'advance'.")

    async def test_one_owner_at_a_time(self, leases: Leases) -> None:
        """A held lease is given to nobody else."""
        lease = await _acquired(leases, "a")
        require((lease.owner, lease.fence.resource, lease.ttl_s) == ("a", _RESOURCE, 10.0), f"the lease is {lease}")
        require(await leases.acquire(_RESOURCE, owner="b", ttl_s=10.0) is None, "two owners hold one lease")
        require(await leases.current(_RESOURCE) == lease, "current() is not the lease that was given")

    async def test_resources_are_apart(self, leases: Leases) -> None:
        """Another resource has a lease of its own."""
        await _acquired(leases, "a")
        await _acquired(leases, "b", "account:other")
        require(await leases.current("account:third") is None, "a lease that nobody took is held")

    async def test_expires(self, leases: Leases, advance: Callable[[float], None]) -> None:
        """After its time, and not before, another may have it."""
        await _acquired(leases, "a")
        advance(9.9)
        require(await leases.acquire(_RESOURCE, owner="b", ttl_s=10.0) is None, "a lease ended before its time")
        advance(0.1)
        require(await leases.current(_RESOURCE) is None, "an expired lease still counts")
        require((await _acquired(leases, "b")).owner == "b", "the lease names another owner")

    async def test_tokens_only_rise(self, leases: Leases, advance: Callable[[float], None]) -> None:
        """Each success has a newer token: after release, expiry, by the same owner, after a restore."""
        given = [await _acquired(leases, "a")]
        await leases.release(given[-1])
        given.append(await _acquired(leases, "b"))
        advance(10.0)
        given.append(await _acquired(leases, "a"))
        given.append(await _acquired(leases, "a"))
        await leases.raise_epoch()
        given.append(await _acquired(leases, "c"))
        for older, newer in itertools.pairwise(given):
            require(older.fence.is_older_than(newer.fence), f"{newer.fence} is not newer than {older.fence}")

    async def test_renewing_prolongs(self, leases: Leases, advance: Callable[[float], None]) -> None:
        """A renewed lease lasts from the renewal on, with the same token."""
        lease = await _acquired(leases, "a")
        advance(9.0)
        renewed = await leases.renew(lease)
        require(renewed.fence == lease.fence, "renewing changed the token")
        require(renewed.expires_at_ns == lease.expires_at_ns + 9_000_000_000, "renewing did not prolong from now")
        advance(9.0)
        require(await leases.acquire(_RESOURCE, owner="b", ttl_s=10.0) is None, "a renewed lease ended too early")
        require(await leases.renew(lease) is not None, "a lease is renewed by its token, whatever its last answer")

    async def test_what_is_over_is_not_renewed(self, leases: Leases, advance: Callable[[float], None]) -> None:
        """Expired, released, taken over or of an older epoch: refused."""
        expired = await _acquired(leases, "a")
        advance(10.0)
        with refused(FencedError, "renewing an expired lease that nobody took"):
            await leases.renew(expired)
        taken = await _acquired(leases, "b")
        with refused(FencedError, "renewing a lease that another took"):
            await leases.renew(expired)
        await leases.release(taken)
        with refused(FencedError, "renewing a released lease"):
            await leases.renew(taken)
        restored = await _acquired(leases, "c")
        await leases.raise_epoch()
        with refused(FencedError, "renewing a lease of an older epoch"):
            await leases.renew(restored)

    async def test_releasing_frees(self, leases: Leases) -> None:
        """A released lease is free at once."""
        lease = await _acquired(leases, "a")
        await leases.release(lease)
        require(await leases.current(_RESOURCE) is None, "a released lease still counts")
        await _acquired(leases, "b")

    async def test_an_old_lease_releases_nothing(self, leases: Leases, advance: Callable[[float], None]) -> None:
        """Who lost the lease cannot give away the next owner's."""
        old = await _acquired(leases, "a")
        advance(10.0)
        new = await _acquired(leases, "b")
        await leases.release(old)
        require(await leases.current(_RESOURCE) == new, "an old lease released the new owner's")

    async def test_the_owner_may_ask_again(self, leases: Leases) -> None:
        """The same owner gets a new token, and its former one is old."""
        first = await _acquired(leases, "a")
        await _acquired(leases, "a")
        with refused(FencedError, "renewing by the former token"):
            await leases.renew(first)

    async def test_a_restore_voids_everything(self, leases: Leases) -> None:
        """A new epoch frees all leases."""
        before = await leases.epoch()
        lease = await _acquired(leases, "a")
        require(await leases.raise_epoch() == before + 1 == await leases.epoch(), "the epoch did not rise by one")
        require(await leases.current(_RESOURCE) is None, "a lease outlived its epoch")
        fresh = await _acquired(leases, "b")
        require(fresh.fence.epoch == before + 1, "a new lease carries the old epoch")
        require(lease.fence.is_older_than(fresh.fence), "the old token is not older")

    async def test_one_of_many_wins(self, leases: Leases, another: Callable[[], Leases]) -> None:
        """When many ask at once, one gets it; every store agrees on whom."""
        stores = [leases, another(), another()]
        calls = [stores[n % 3].acquire(_RESOURCE, owner=f"owner{n}", ttl_s=10.0) for n in range(30)]
        winners = [lease for lease in await soon(asyncio.gather(*calls), "thirty requests") if lease is not None]
        require(len(winners) == 1, f"{len(winners)} of thirty got the lease")
        for store in stores:
            require(await store.current(_RESOURCE) == winners[0], "stores disagree on who holds the lease")

    async def test_refuses_wrong_use(self, leases: Leases) -> None:
        """Names and durations are checked."""
        for resource, owner, ttl_s in (
            ("", "a", 1.0),
            ("../x", "a", 1.0),
            ("x", "", 1.0),
            ("x", "a", 0.0),
            ("x", "a", -1.0),
            ("x", "a", float("inf")),
            ("x", "a", float("nan")),
        ):
            with refused(ConfigError, f"acquiring {resource!r} for {owner!r}, {ttl_s} seconds"):
                await leases.acquire(resource, owner=owner, ttl_s=ttl_s)
