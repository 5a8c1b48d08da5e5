"""An order desk over the adapter over a simulated terminal, and what must hold after whatever happened."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import attrs
from adapter_bench import AdapterBench

from forexai_core.errors import BrokerError, StorageError
from forexai_core.live import Answer, DeskSettings, OrderDesk, Plan, RetryPolicy
from forexai_core.ports.intents import Intent, IntentDraft, IntentState, Resolution
from forexai_core.values.orders import OrderRequest
from forexai_mt5.terms import constants as c

LOTS = 1e-8
DESK = DeskSettings(query_timeout_s=60.0, send_timeout_s=60.0, retry=RetryPolicy(busy_delay_s=0.1))
_OWNERS = itertools.count(1)


class RecordedIntents:
    """A store of intents that remembers which there were."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.ids: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def record_sent(self, draft: IntentDraft, **terms: Any) -> Intent:
        self.ids.append(draft.id)
        return await self._inner.record_sent(draft, **terms)


class Trading:
    """One account, traded by one desk after the other."""

    def __init__(self, bench: AdapterBench, settings: DeskSettings = DESK) -> None:
        self.bench, self.settings = bench, settings
        self.intents = RecordedIntents(bench.services.intents)
        self.services = attrs.evolve(bench.services, intents=self.intents)
        self.notices: list[Any] = []
        self.desk: OrderDesk

    async def begin(self, tries: int = 20) -> OrderDesk:
        """Open a desk as a new process does, as often as it takes."""
        for attempt in range(tries):
            await self.bench.clock.sleep(self.settings.lease_ttl_s + 1)
            broker = self.bench.broker(self.services)
            try:
                self.desk = await OrderDesk.open(
                    "main", broker, self.services, owner=f"process-{next(_OWNERS)}", hear=self.notices.append,
                    settings=self.settings,
                )  # fmt: skip
            except (BrokerError, StorageError, TimeoutError):
                if attempt == tries - 1:
                    raise
            else:
                return self.desk
        raise AssertionError

    async def look_on(self, seconds: float, every: float = 10.0) -> None:
        """Let time pass, with a look now and then."""
        for _ in range(int(seconds / every)):
            await self.bench.clock.sleep(every)
            await self.desk.reconcile()

    # ------------------------------------------------------------------------------------------------------ the truth
    def executed(self, request: OrderRequest) -> float:
        """Give what the server has executed for an order, by its own books."""
        side = c.DEAL_TYPE_BUY if request.side > 0 else c.DEAL_TYPE_SELL
        deals = [
            deal
            for deal in self.bench.terminal.update().books.deals
            if deal.magic == request.magic and deal.type == side and deal.reason == c.DEAL_REASON_EXPERT
        ]
        return round(sum(deal.volume for deal in deals), 8)

    def sends(self) -> Counter[int]:
        """Count how often each order was handed over."""
        opening = {c.TRADE_ACTION_DEAL, c.TRADE_ACTION_PENDING}
        return Counter(each["magic"] for each in self.bench.package.sent if each["action"] in opening)

    async def wrong(self, ends: Counter[str] | None = None) -> list[str]:
        """Hold the intents against the server's books; give what does not agree."""
        found = [f"{magic} was sent {count} times" for magic, count in self.sends().items() if count > 1]
        known = set()
        for name in self.intents.ids:
            intent = await self.services.intents.get(name)
            known.add(intent.draft.magic)
            found += self._differences(intent)
            if ends is not None:
                ends[f"{intent.state}/{intent.resolution or '-'}"] += 1
        return found + [f"{magic} was sent without an intent" for magic in self.sends() if magic not in known]

    def _differences(self, intent: Intent) -> list[str]:
        request, name = Plan.from_bytes(intent.draft.request).request, intent.draft.id
        lots = self.executed(request)
        if lots > request.volume_lots + LOTS:
            return [f"{name}: {lots} exceeds {request.volume_lots}"]
        if intent.state in {IntentState.SENT, IntentState.UNKNOWN, IntentState.RECORDED}:
            return [f"{name} is still {intent.state}"]
        if intent.state is IntentState.ACKNOWLEDGED:
            working = [each.magic for each in self.bench.terminal.update().books.working.values()]
            return [] if request.magic in working else [f"{name} is acknowledged and does not work"]
        answer = Answer.from_bytes(intent.state, intent.resolution, intent.detail)
        refused = intent.state is IntentState.REJECTED or intent.resolution in {Resolution.ABSENT, Resolution.ABANDONED}
        if (refused and lots) or abs(answer.filled_lots - lots) > LOTS:
            return [f"{name} is {intent.state}/{intent.resolution} with {answer.filled_lots}, the server has {lots}"]
        return []
