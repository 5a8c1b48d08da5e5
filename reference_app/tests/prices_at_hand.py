"""Files of prices, and what is done with them over HTTP; rules that can be run."""

from __future__ import annotations

WANTED = {"name": "EURUSD of my broker", "file_name": "EURUSD_H1.csv", "symbol": "EURUSD", "timeframe": "H1"}


def bars(count=60, *, start=1_767_571_200):
    """Write bars of the hours of a week, from Monday, 5 January 2026, UTC."""
    lines = ["timestamp,open,high,low,close,volume"]
    for number in range(count):
        low = 1.1 + 0.0001 * (number % 7)
        lines.append(f"{start + 3600 * number},{low:.5f},{low + 0.0005:.5f},{low:.5f},{low + 0.0003:.5f},100")
    return "\n".join(lines).encode()


def data_of(person):
    return f"/tenants/{person.tenant_id}/data"


def send(world, person, path, content):
    """Send bytes as the body."""
    world.root.cookies.clear()
    world.root.cookies.update(person.cookies)
    answer = world.root.put(f"/api/v1{path}", content=content, headers={**person.headers, "Content-Type": "text/csv"})
    world.root.cookies.clear()
    return answer


def uploaded(world, person, content, **more):
    """Announce a file, send its content, and have it read."""
    made = person.post(data_of(person), WANTED | more)
    assert made.status_code == 201, made.text
    here = f"{data_of(person)}/{made.json()['id']}"
    sent = send(world, person, f"{here}/content", content)
    assert sent.status_code == 200, sent.text
    assert sent.json()["state"] == "checking"
    assert world.run(world.app.state.trading.runner.drain) >= 1
    return here


def blobs_of(world, person):
    services = world.app.state.platform.services
    return [each.key for each in world.run(services.blobs.list, f"tenants/{person.tenant_id}/")]


RULES = {
    "schema_version": 1,
    "name": "rsi-reversal",
    "title": "Turns of the RSI",
    "entry_long": {
        "kind": "crosses",
        "left": {"kind": "indicator", "name": "rsi", "parameters": {"period": 14}},
        "direction": "above",
        "right": 30,
    },
    "stop_loss": {"kind": "atr", "multiple": 2},
}
