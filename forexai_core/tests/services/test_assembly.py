"""The embedded services as a whole."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from forexai_core import services as services_package
from forexai_core.errors import StorageError
from forexai_core.ports.blobs import Blobs
from forexai_core.ports.bus import Bus
from forexai_core.ports.clock import Clock
from forexai_core.ports.executor import Executor
from forexai_core.ports.halts import Halts
from forexai_core.ports.intents import Intents
from forexai_core.ports.jobs import JobRequest, Jobs
from forexai_core.ports.journal import Entry, Journal
from forexai_core.ports.leases import Leases
from forexai_core.ports.metrics import Metrics
from forexai_core.ports.secrets import Secret, Secrets
from forexai_core.ports.services import Services
from forexai_core.ports.trials import Idea, Trial, Trials
from forexai_core.services import default_home, embedded_services
from forexai_core.services.clocks import ManualClock
from forexai_core.services.executors import InProcessExecutor

PORTS = {
    "clock": Clock,
    "bus": Bus,
    "journal": Journal,
    "intents": Intents,
    "blobs": Blobs,
    "leases": Leases,
    "halts": Halts,
    "jobs": Jobs,
    "executor": Executor,
    "secrets": Secrets,
    "metrics": Metrics,
    "trials": Trials,
}


@pytest.fixture(params=["memory", "files"])
def home(request, tmp_path):
    return None if request.param == "memory" else tmp_path / "home"


def test_services_are_the_ports_of_the_design(home):
    assert [field.name for field in attrs.fields(Services)] == list(PORTS)
    with embedded_services(home) as services:
        for name, port in PORTS.items():
            assert isinstance(getattr(services, name), port), name


def test_services_do_not_change():
    with embedded_services(None) as services, pytest.raises(attrs.exceptions.FrozenInstanceError):
        services.clock = ManualClock()


def test_nothing_is_made_before_it_is_used(tmp_path):
    with embedded_services(tmp_path / "home"):
        pass
    assert not (tmp_path / "home").exists()


async def use_all(services):
    """Use every port once; return what a second opening should find."""
    lease = await services.leases.acquire("account:main", owner="me", ttl_s=60)
    entry = Entry(time_ns=services.clock.now_ns(), kind="note", payload=b"x")
    await services.journal.append("main", [entry], fence=lease.fence)
    await services.intents.take("main", lease.fence)
    await services.blobs.put("a", b"content")
    await services.jobs.enqueue(JobRequest(key="k", kind="sweep"))
    await services.secrets.set("s", Secret("x"))
    await services.bus.publish("topic", b"")
    await services.halts.read()
    services.metrics.add("used_total")
    idea = Idea(strategy="s", form="class", symbols="EURUSD", timeframe="H1", start_ns=0, stop_ns=1)
    services.trials.record(Trial(idea=idea, parameters_hash="", recorded_at_ns=1))
    assert services.executor.submit(max, 1, 2).result() == 2
    return idea


async def test_every_port_works_and_what_is_kept_is_kept(home):
    clock = ManualClock(1)
    with embedded_services(home, clock=clock, executor=InProcessExecutor()) as services:
        assert services.clock is clock
        idea = await use_all(services)
    if home is None:
        return
    with embedded_services(home, clock=clock) as again:
        assert await again.journal.last("main") == 1
        assert await again.blobs.get("a") == b"content"
        assert (await again.leases.current("account:main")).owner == "me"
        assert [job.request.key for job in await again.jobs.list()] == ["k"]
        assert (await again.secrets.get("s")).reveal() == "x"
        assert again.trials.count(idea) == 1


async def test_two_in_memory_share_nothing():
    with embedded_services(None) as one, embedded_services(None) as two:
        await one.blobs.put("a", b"x")
        assert list(await two.blobs.list()) == []


async def test_closing_twice_is_once(home):
    services = embedded_services(home, executor=InProcessExecutor())
    await use_all(services)
    services.close()
    services.close()


def test_one_that_does_not_close_keeps_no_other_open():
    closed = []

    class Stubborn:
        def close(self):
            raise OSError("stuck")

    class Willing:
        def close(self):
            closed.append(self)

    with embedded_services(None) as services:
        mixed = attrs.evolve(services, bus=Stubborn(), metrics=Willing(), trials=Stubborn())
        with pytest.raises(StorageError, match="2 services did not close: stuck; stuck") as caught:
            mixed.close()
    assert len(closed) == 1
    assert isinstance(caught.value.__cause__, ExceptionGroup)


def test_the_home_of_a_person_is_where_the_system_says():
    home = default_home()
    assert home.is_absolute()
    assert home.name == "forexai"
    assert isinstance(home, Path)


def test_the_package_names_what_it_does_not_have():
    with pytest.raises(AttributeError, match="nothing"):
        _ = services_package.nothing


def test_the_ledger_of_trials_starts_without_the_rest():
    program = (
        "import sys; import forexai_core.services.trials; "
        "print([name for name in ('asyncio', 'sqlite3', 'filelock', 'multiprocessing', 'cryptography') "
        "if name in sys.modules and name not in before])"
    )
    script = f"import sys; import forexai_core; before = set(sys.modules); {program}"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_loop_that_ended_leaves_services_usable(tmp_path):
    with embedded_services(tmp_path / "home", executor=InProcessExecutor()) as services:
        asyncio.run(use_all(services))
        assert asyncio.run(services.journal.last("main")) == 1
