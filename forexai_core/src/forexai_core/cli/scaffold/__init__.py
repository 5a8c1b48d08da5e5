"""Making a new plugin: a small complete distribution of any kind, whose tests run its conformance suite."""

from __future__ import annotations

from forexai_core.cli.scaffold.distributions import NewPlugin, new_plugin

__all__ = ["NewPlugin", "new_plugin"]
