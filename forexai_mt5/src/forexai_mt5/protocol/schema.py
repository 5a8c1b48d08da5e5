"""The published JSON Schema: ``python -m forexai_mt5.protocol.schema > docs/schemas/connector-1.json``."""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic.json_schema import models_json_schema

from forexai_mt5.protocol.codec import LARGEST_BYTES
from forexai_mt5.protocol.envelope import VERSION, Message
from forexai_mt5.protocol.reports import AccountUpdate, Answer, Prices, Query, Subscribe
from forexai_mt5.protocol.session import Ack, Goodbye, Heartbeat, Hello, Resend, Welcome
from forexai_mt5.protocol.trading import Kill, TradeCommand, TradeResult

__all__ = ["BOTH", "CONNECTOR", "PLATFORM", "schema", "schema_text"]

BOTH: tuple[type[Message], ...] = (Heartbeat, Ack, Resend, Goodbye)
CONNECTOR: tuple[type[Message], ...] = (Hello, *BOTH, TradeResult, AccountUpdate, Prices, Answer)
PLATFORM: tuple[type[Message], ...] = (Welcome, *BOTH, TradeCommand, Kill, Subscribe, Query)


def schema() -> dict[str, Any]:
    """Make the schema: any message, with ``$defs/FromConnector`` and ``$defs/FromPlatform`` for each side."""
    models = dict.fromkeys((*CONNECTOR, *PLATFORM))
    _, definitions = models_json_schema([(model, "validation") for model in models])
    defined = definitions["$defs"]
    _write_defaults_as_they_travel(definitions)
    defined["FromConnector"] = _any_of(CONNECTOR)
    defined["FromPlatform"] = _any_of(PLATFORM)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"ForexAI connector protocol, version {VERSION}",
        "description": f"One object of JSON a message over a WebSocket, {LARGEST_BYTES} bytes at most.",
        "anyOf": [{"$ref": "#/$defs/FromConnector"}, {"$ref": "#/$defs/FromPlatform"}],
        "$defs": dict(sorted(defined.items())),
    }


def _write_defaults_as_they_travel(part: Any) -> None:
    """Write the default of an integer of 64 bits as text, as the integer itself travels."""
    if isinstance(part, dict):
        if part.get("type") == "string" and isinstance(part.get("default"), int):
            part["default"] = str(part["default"])
        for each in part.values():
            _write_defaults_as_they_travel(each)
    elif isinstance(part, list):
        for each in part:
            _write_defaults_as_they_travel(each)


def _any_of(models: tuple[type[Message], ...]) -> dict[str, Any]:
    return {"oneOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in models]}


def schema_text() -> str:
    """Write it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
