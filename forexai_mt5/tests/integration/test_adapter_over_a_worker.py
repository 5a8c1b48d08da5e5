"""The adapter over real processes: a worker that hangs and dies, a terminal that outlives it, an order desk above."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from adapter_bench import buy
from hosted_terminal import HostedTerminal

from forexai_core.errors import BrokerError, OrderRefusedError
from forexai_core.live import Answer, DeskSettings, OrderDesk, Plan, RetryPolicy
from forexai_core.ports.intents import SETTLED, IntentState
from forexai_core.services import embedded_services
from forexai_mt5.adapter.broker import Mt5Broker
from forexai_mt5.adapter.terminals import Opened, venue_of
from forexai_mt5.settings import Mt5Settings
from forexai_mt5.worker.settings import Launch, Limits
from forexai_mt5.worker.worker import Worker

SETTINGS = Mt5Settings(clock="new-york+7", measure_clock=False, appear_s=1.0)
DESK = DeskSettings(
    send_timeout_s=60.0, query_timeout_s=60.0, absence_after_s=0.2, absence_gap_s=0.05, history_margin_s=300.0,
    retry=RetryPolicy(busy_delay_s=0.02),
)  # fmt: skip
KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "hang", "seconds": 600.0}, {"kind": "crash"}, {"kind": "crash", "executed": True}, {"kind": "ipc_send"},
    {"kind": "ipc_receive", "executed": True}, {"kind": "restart"}, {"kind": "answer_lost"},
    {"kind": "answer_unknown", "code": 10012}, {"kind": "retcode", "code": 10004}, {"kind": "placed"},
)  # fmt: skip


@pytest.fixture(scope="module")
def host() -> Iterator[HostedTerminal]:
    with HostedTerminal() as terminal:
        yield terminal


async def test_an_account_is_traded_through_whatever_befalls_its_worker(host: HostedTerminal) -> None:
    chance = random.Random(11)
    limits = Limits(calls_s={"order_send": 1.0}, back_off_s=0.01, heartbeat_s=60.0, restarts=50)
    worker = Worker(Launch(package="hosted", host=host.address), limits)
    sent: list[int] = []
    call = worker.call

    async def counted(function: str, *args: Any, **kwargs: Any) -> Any:
        if function == "order_send":
            sent.append(args[0]["magic"])
        return await call(function, *args, **kwargs)

    worker.call = counted  # type: ignore[method-assign]
    with embedded_services(None) as services:

        async def opener(settings: Mt5Settings) -> Opened:
            return Opened(venue=venue_of(settings, worker, services))

        broker = Mt5Broker(SETTINGS, opener)
        desk = await OrderDesk.open("main", broker, services, owner="one", hear=lambda _: None, settings=DESK)
        names = []
        for kind in KINDS:
            host.fault(**kind, calls="order_send")
            try:
                outcome = await desk.place(buy("x", lots=0.01, side=chance.choice((1, -1))), decided_price=0.0)
            except (OrderRefusedError, BrokerError):
                continue
            names.append(outcome.intent_id)
            while desk.unknown:
                await services.clock.sleep(0.05)
                await desk.reconcile()
        held = {position.magic: position.volume_lots for position in await broker.positions()}
        assert len(sent) == len(set(sent)) >= len(KINDS)
        assert worker.generation >= 4  # it was killed and died, several times
        for name in names:
            intent = await services.intents.get(name)
            answer = Answer.from_bytes(intent.state, intent.resolution, intent.detail)
            request = Plan.from_bytes(intent.draft.request).request
            assert intent.state in SETTLED - {IntentState.REJECTED}
            assert answer.filled_lots == held.get(request.magic, 0.0), name
        assert held.keys() <= set(sent)
        await broker.disconnect()
