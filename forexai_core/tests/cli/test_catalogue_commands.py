"""``forexai strategies``, ``indicators`` and ``plugins``."""

from __future__ import annotations

import forexai_core as fx
from forexai_core.builtins.plugin import plugin
from forexai_core.cli.commands import plugins as plugins_command
from forexai_core.indicators.catalogue import catalogue
from forexai_core.plugins import discover


def test_strategies_are_listed_and_shown(forexai):
    listed = forexai("strategies")
    assert listed.code == 0
    for template in fx.strategies.templates():
        assert f"\n{template.name} " in listed.out
    shown = forexai("strategies", "sma-cross")
    assert "fast " in shown.out
    assert "≥ 1, ≤ 100000" in shown.out
    document = forexai("strategies", "sma-cross", "--json").json
    assert document["parameters"]["properties"]["fast"]["default"] == 20
    assert {each["name"] for each in forexai("strategies", "--json").json["strategies"]} >= {
        "sma-cross",
        "rsi-reversion",
    }
    ended = forexai("strategies", "smacross")
    assert (ended.code, "'sma-cross'" in ended.err) == (2, True)


def test_indicators_are_listed_and_shown(forexai):
    listed = forexai("indicators")
    for name in catalogue():
        assert f"\n{name} " in listed.out
    assert 'ctx.indicator("rsi", 14)' in forexai("indicators", "rsi").out
    document = forexai("indicators", "macd", "--json").json
    assert [each["name"] for each in document["parameters"]] == ["fast", "slow", "signal"]
    assert len(forexai("indicators", "--json").json["indicators"]) == len(catalogue())
    ended = forexai("indicators", "rsy")
    assert (ended.code, "'rsi'" in ended.err) == (2, True)


def test_plugins_are_listed_by_kind(forexai):
    listed = forexai("plugins", "list", "--kind", "report", "--json").json["offers"]
    assert {"html", "json", "csv"} <= {each["name"] for each in listed}
    assert {each["kind"] for each in listed} == {"report"}
    assert "sma-cross" in forexai("plugins", "list").out
    ended = forexai("plugins", "list", "--kind", "reports")
    assert (ended.code, "'report'" in ended.err) == (2, True)


def test_the_doctor_ends_with_one_when_something_is_wrong(forexai, monkeypatch):
    class Misspelled:
        plugin_name = "misspelled"

        def forexai_strategies_offers(self):
            return []

    def found(*extra):
        return lambda: discover((plugin, *extra), entry_points=False)

    monkeypatch.setattr("forexai_core.plugins.discover", found())
    ended = forexai("plugins", "doctor", "--read-only")
    assert (ended.code, "nothing is wrong" in ended.out) == (0, True)
    monkeypatch.setattr("forexai_core.plugins.discover", found(Misspelled()))
    ended = forexai("plugins", "doctor", "--read-only", "--json")
    assert ended.code == 1
    assert ended.json["clean"] is False
    assert "misspelled" in ended.out


def test_a_new_plugin_is_written(forexai, tmp_path):
    ended = forexai("plugins", "new", "strategy", "my-idea")
    assert ended.code == 0
    assert (tmp_path / "my-idea" / "pyproject.toml").exists()
    assert forexai("plugins", "new", "strategy", "my-idea").code == 2
    ended = forexai("plugins", "new", "stratgy", "other")
    assert (ended.code, "'strategy'" in ended.err) == (2, True)
    made = forexai("plugins", "new", "report", "my-report", "--dir", "elsewhere", "--json").json
    assert made["folder"] == "elsewhere"


def test_every_command_of_the_group_is_public():
    assert {"list_offers", "doctor", "new"} <= set(plugins_command.__all__)
