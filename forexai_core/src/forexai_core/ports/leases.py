"""Leases: at most one owner of a resource at a time, and the fence that keeps older owners out."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import attrs

from forexai_core.errors import ConfigError, FencedError
from forexai_core.ports.names import check_name

__all__ = ["Fence", "Lease", "Leases"]

_INT64 = 2**63


def _resource(_: object, __: attrs.Attribute[str], value: str) -> None:
    check_name("leased resource", value)


def _counted(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if not 0 < value < _INT64:
        raise ConfigError(f"A fencing token's {attribute.name} counts from 1, and cannot be {value}.")


@attrs.frozen(kw_only=True)
class Fence:
    """The token that every append carries, so that an owner who lost the lease cannot write.

    Attributes
    ----------
    resource : str
        What the lease is for, such as ``account:main``.
    epoch : int
        Life of the installation; restoring a backup begins a new one.
    number : int
        Number of the lease; the later lease of a resource has the larger one.
    """

    resource: str = attrs.field(validator=_resource)
    epoch: int = attrs.field(validator=_counted)
    number: int = attrs.field(validator=_counted)

    def is_older_than(self, other: Fence) -> bool:
        """Tell whether this token was given before the other one of the same resource."""
        return (self.epoch, self.number) < (other.epoch, other.number)

    def check(self, newest: Fence | None, *, place: str) -> None:
        """Refuse to write with this token where a newer one, or one of another resource, was seen.

        Parameters
        ----------
        newest : Fence or None
            The newest token seen there.
        place : str
            Where, for the message.

        Raises
        ------
        FencedError
            If this token may not write there.
        """
        if newest is None:
            return
        if newest.resource != self.resource:
            raise FencedError(
                f"{place} belongs to the lease of '{newest.resource}'; the token given is of '{self.resource}'. "
                "Write under the lease of the resource that began it."
            )
        if self.is_older_than(newest):
            raise FencedError(
                f"{place} was taken over: token {self.epoch}.{self.number} of '{self.resource}' is older than "
                f"{newest.epoch}.{newest.number}. Stop writing; acquire the lease again before going on."
            )


@attrs.frozen(kw_only=True)
class Lease:
    """A lease as it was given or renewed.

    Attributes
    ----------
    owner : str
        Who holds it: a name of its own for each process start.
    fence : Fence
        Its token.
    ttl_s : float
        How long it lasts after each renewal.
    expires_at_ns : int
        When it ends if it is not renewed, by the clock of the store.
    """

    owner: str
    fence: Fence
    ttl_s: float
    expires_at_ns: int


@runtime_checkable
class Leases(Protocol):
    """Who owns what, for now.

    A lease alone proves nothing to a store, since its holder may have been stopped for longer than it lasts.
    Safety comes from the fence: the new owner first takes over the places that it writes to (`Journal.take`,
    `Intents.take`), then reads them; from then on those refuse the older token.
    """

    async def acquire(self, resource: str, *, owner: str, ttl_s: float) -> Lease | None:
        """Take the lease of a resource, or return None while another owner's has not expired.

        Each success has a newer token than every one given before for that resource, released, expired and
        former epochs included. The present owner may acquire again: it gets a new token, and the former one is
        old (so an answer that was lost on the way can be asked for again).

        Raises
        ------
        ConfigError
            If the resource or the owner is no name, or ``ttl_s`` is not above 0.
        """
        ...

    async def renew(self, lease: Lease) -> Lease:
        """Prolong a lease to ``ttl_s`` from now, with the same token.

        Raises
        ------
        FencedError
            If it expired, was released or was taken by another: acquire again, with all that this demands.
        """
        ...

    async def release(self, lease: Lease) -> None:
        """Give a lease back. One that is not the present one changes nothing."""
        ...

    async def current(self, resource: str) -> Lease | None:
        """Return the lease that holds now, or None."""
        ...

    async def epoch(self) -> int:
        """Return the epoch of the installation, from 1."""
        ...

    async def raise_epoch(self) -> int:
        """Begin a new epoch, as a restore does; every lease given before is void. Return the new epoch."""
        ...
