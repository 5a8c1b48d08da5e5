"""What a class strategy can ask of its account: orders, closing, changing."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Unpack

import numpy as np

from forexai_core.engine.state import records
from forexai_core.errors import ConfigError
from forexai_core.strategies.exits import Exits
from forexai_core.strategies.expiries import Expiry
from forexai_core.strategies.holdings import Holdings
from forexai_core.strategies.requests import KEEP, Asked
from forexai_core.strategies.views import OpenPosition, PendingOrder

__all__ = ["Trading"]


class Trading(Holdings):
    """Orders of one strategy on one symbol. Everything is asked for now and executed at the symbol's next price."""

    @abstractmethod
    def _until(self, expiry: Expiry, expiry_ns: int) -> int:
        """Give the ledger's expiry."""

    # --- opening ----------------------------------------------------------------------------------------------------

    def buy(
        self,
        *,
        volume_lots: float | None = None,
        risk_fraction: float | None = None,
        tag: str = "",
        **exits: Unpack[Exits],
    ) -> Asked:
        """Buy at the next price.

        Parameters
        ----------
        volume_lots : float, optional
            Lots, on the symbol's step.
        risk_fraction : float, optional
            Instead of a volume: the share of the equity that is lost if the stop is hit, costs included.
        tag : str
            Carried to the order, the position and its deals.
        **exits
            Stop, target and trailing: see :class:`Exits`.

        Raises
        ------
        OrderRefusedError
            If the volume does not lie on the symbol's step.
        ConfigError
            If something is missing, unknown, given twice or impossible.
        """
        return self._open(
            records.REQUEST_MARKET,
            1,
            pending={},
            volume_lots=volume_lots,
            risk_fraction=risk_fraction,
            tag=tag,
            exits=exits,
        )

    def sell(
        self,
        *,
        volume_lots: float | None = None,
        risk_fraction: float | None = None,
        tag: str = "",
        **exits: Unpack[Exits],
    ) -> Asked:
        """Sell at the next price; parameters and errors as in :meth:`buy`."""
        return self._open(
            records.REQUEST_MARKET,
            -1,
            pending={},
            volume_lots=volume_lots,
            risk_fraction=risk_fraction,
            tag=tag,
            exits=exits,
        )

    def buy_limit(
        self,
        price: float,
        *,
        volume_lots: float | None = None,
        risk_fraction: float | None = None,
        expiry: Expiry = "gtc",
        expiry_ns: int = 0,
        tag: str = "",
        **exits: Unpack[Exits],
    ) -> Asked:
        """Place an order to buy at ``price``, below the market, until cancelled or its expiry."""
        pending = self._pending(price, None, self._until(expiry, expiry_ns))
        return self._open(
            records.REQUEST_BUY_SELL_LIMIT,
            1,
            pending=pending,
            volume_lots=volume_lots,
            risk_fraction=risk_fraction,
            tag=tag,
            exits=exits,
        )

    def sell_limit(
        self,
        price: float,
        *,
        volume_lots: float | None = None,
        risk_fraction: float | None = None,
        expiry: Expiry = "gtc",
        expiry_ns: int = 0,
        tag: str = "",
        **exits: Unpack[Exits],
    ) -> Asked:
        """Place an order to sell at ``price``, above the market."""
        pending = self._pending(price, None, self._until(expiry, expiry_ns))
        return self._open(
            records.REQUEST_BUY_SELL_LIMIT,
            -1,
            pending=pending,
            volume_lots=volume_lots,
            risk_fraction=risk_fraction,
            tag=tag,
            exits=exits,
        )

    def buy_stop(
        self,
        price: float,
        *,
        volume_lots: float | None = None,
        risk_fraction: float | None = None,
        expiry: Expiry = "gtc",
        expiry_ns: int = 0,
        tag: str = "",
        **exits: Unpack[Exits],
    ) -> Asked:
        """Place an order to buy once the ask has risen to ``price``, above the market."""
        pending = self._pending(price, None, self._until(expiry, expiry_ns))
        return self._open(
            records.REQUEST_BUY_SELL_STOP,
            1,
            pending=pending,
            volume_lots=volume_lots,
            risk_fraction=risk_fraction,
            tag=tag,
            exits=exits,
        )

    def sell_stop(
        self,
        price: float,
        *,
        volume_lots: float | None = None,
        risk_fraction: float | None = None,
        expiry: Expiry = "gtc",
        expiry_ns: int = 0,
        tag: str = "",
        **exits: Unpack[Exits],
    ) -> Asked:
        """Place an order to sell once the bid has fallen to ``price``, below the market."""
        pending = self._pending(price, None, self._until(expiry, expiry_ns))
        return self._open(
            records.REQUEST_BUY_SELL_STOP,
            -1,
            pending=pending,
            volume_lots=volume_lots,
            risk_fraction=risk_fraction,
            tag=tag,
            exits=exits,
        )

    def stop_limit(
        self,
        side: int,
        price: float,
        limit_price: float,
        *,
        volume_lots: float | None = None,
        risk_fraction: float | None = None,
        expiry: Expiry = "gtc",
        expiry_ns: int = 0,
        tag: str = "",
        **exits: Unpack[Exits],
    ) -> Asked:
        """Place a limit order at ``limit_price`` once the market has reached ``price``; ``side`` +1 buys, -1 sells."""
        if side not in (1, -1):
            raise ConfigError(f"{self._units.symbol}: side is +1 (buy) or -1 (sell), not {side!r}.")
        pending = self._pending(price, limit_price, self._until(expiry, expiry_ns))
        return self._open(
            records.REQUEST_STOP_LIMIT,
            side,
            pending=pending,
            volume_lots=volume_lots,
            risk_fraction=risk_fraction,
            tag=tag,
            exits=exits,
        )

    def oco(self, *asked: Asked) -> int:
        """Bind pending orders asked for at this bar, so that the first that fills cancels the others.

        Returns
        -------
        int
            Number of the group; :attr:`PendingOrder.oco` shows it.

        Raises
        ------
        ConfigError
            If they are fewer than two, market orders, or were asked for at an earlier bar.
        """
        if len(asked) < 2:
            raise ConfigError("One order cancels the other: give at least two of this bar's pending orders.")
        rows = self._ledger.requests
        for each in asked:
            if not isinstance(each, Asked):
                raise ConfigError(f"An OCO group takes what ctx.buy_limit(…) and its like give back, not {each!r}.")
            kind = rows[each.row]["kind"] if each.decision == self._decision() else 0
            if not records.REQUEST_BUY_SELL_LIMIT <= kind <= records.REQUEST_STOP_LIMIT:
                raise ConfigError("An OCO group takes pending orders that were asked for at this very bar.")
        self._groups += 1
        group = (self._strategy_index + 1) << 32 | self._groups
        for each in asked:
            rows[each.row]["oco"] = group
        return group

    # --- closing and changing ---------------------------------------------------------------------------------------

    def close(
        self, position: OpenPosition | int | None = None, *, volume_lots: float | None = None, side: int = 0
    ) -> Asked:
        """Close at the next price.

        Parameters
        ----------
        position : OpenPosition, int or None
            The position or its ticket; None closes all of this strategy and symbol.
        volume_lots : float, optional
            Only a part.
        side : int
            With ``position`` None: +1 closes longs only, -1 shorts only.

        Raises
        ------
        ConfigError
            If a part is asked of several positions.
        """
        if side not in {0, 1, -1}:
            raise ConfigError(
                f"{self._units.symbol}: side is +1 (longs), -1 (shorts) or 0 (both) of what to close, not {side!r}."
            )
        if position is None and volume_lots is not None:
            held = self.positions
            if len(held) != 1:
                raise ConfigError(
                    f"{self._units.symbol}: {len(held)} positions are open; say of which one to close "
                    f"{volume_lots} lots."
                )
            position = held[0]
        if position is None:
            return self._ask(kind=records.REQUEST_CLOSE_ALL, side=side)
        steps = 0 if volume_lots is None else self._units.steps(volume_lots)
        return self._ask(kind=records.REQUEST_CLOSE, ticket=_ticket(position), volume_steps=steps)

    def close_by(self, position: OpenPosition | int, other: OpenPosition | int) -> Asked:
        """Close a position by an opposite one at the next price, as far as the smaller of the two goes.

        Both close at the opening price of ``other``, so neither pays a spread again; the profit of both stands in the
        row of ``position``. Only accounts in hedging mode have opposite positions.

        Parameters
        ----------
        position, other : OpenPosition or int
            Two positions of this symbol, or their tickets; one long, one short.
        """
        return self._ask(kind=records.REQUEST_CLOSE_BY, ticket=_ticket(position), ticket_by=_ticket(other))

    def modify(
        self,
        target: OpenPosition | PendingOrder | int,
        *,
        stop_loss: float | None = KEEP,
        take_profit: float | None = KEEP,
        price: float = KEEP,
        limit_price: float = KEEP,
        expiry: Expiry | None = None,
        expiry_ns: int = KEEP,
    ) -> Asked:
        """Change the stop and target of a position, or these and the prices of a pending order.

        Parameters
        ----------
        target : OpenPosition, PendingOrder or int
            Which one, or its ticket.
        stop_loss, take_profit : float or None
            New prices; None removes; what is left out stays.
        price, limit_price, expiry, expiry_ns
            Of a pending order only.

        Raises
        ------
        ConfigError
            If nothing of that ticket is open.
        """
        ticket = _ticket(target)
        row, kind = self._row_of(ticket)
        fields: dict[str, Any] = {
            "stop_loss": self._changed("stop_loss", stop_loss, row),
            "take_profit": self._changed("take_profit", take_profit, row),
        }
        if kind == records.REQUEST_MODIFY_ORDER:
            fields["price"] = self._changed("price", price, row)
            fields["limit_price"] = self._changed("limit_price", limit_price, row)
            kept = int(row["expiry_ns"]) if expiry is None else 0
            fields["expiry_ns"] = self._until(expiry or "gtc", kept if expiry_ns is KEEP else expiry_ns)
        elif expiry is not None or not all(value is KEEP for value in (price, limit_price, expiry_ns)):
            raise ConfigError(f"{self._units.symbol}: {ticket} is a position; only its stop and target can change.")
        return self._ask(kind=kind, ticket=ticket, **fields)

    def trail(
        self,
        position: OpenPosition | int | None = None,
        *,
        pips: float | None = None,
        points: float | None = None,
        distance: float | None = None,
        start_pips: float | None = None,
        start_points: float | None = None,
        start_distance: float | None = None,
    ) -> Asked:
        """Let the stop follow the best price at a distance, once the gain has reached a start.

        Parameters
        ----------
        position : OpenPosition, int or None
            The position or its ticket; None is the only one open.
        pips, points, distance : float
            How far behind; one of them. None of them ends the trailing.
        start_pips, start_points, start_distance : float, optional
            Gain at which it begins; at once when left out.
        """
        if position is None:
            held = self.positions
            if len(held) != 1:
                raise ConfigError(f"{self._units.symbol}: {len(held)} positions are open; say which one to trail.")
            position = held[0]
        given = {"trail_pips": pips, "trail_points": points, "trail_distance": distance}
        start = {
            "trail_start_pips": start_pips,
            "trail_start_points": start_points,
            "trail_start_distance": start_distance,
        }
        far, begin = self._units.distance("trail", given), self._units.distance("trail_start", start)
        self._units.check_start(begin, far)
        return self._ask(kind=records.REQUEST_TRAIL, ticket=_ticket(position), trail_distance=far, trail_start=begin)

    def cancel(self, order: PendingOrder | int | None = None) -> Asked:
        """Cancel a pending order, or its ticket; None cancels all of this strategy and symbol."""
        if order is None:
            return self._ask(kind=records.REQUEST_CANCEL_ALL)
        return self._ask(kind=records.REQUEST_CANCEL, ticket=_ticket(order))


def _ticket(target: OpenPosition | PendingOrder | int) -> int:
    if isinstance(target, OpenPosition | PendingOrder):
        return target.ticket
    if isinstance(target, bool) or not isinstance(target, int | np.integer):
        raise ConfigError(f"A position or an order is named by itself or its ticket, a whole number, not {target!r}.")
    return int(target)
