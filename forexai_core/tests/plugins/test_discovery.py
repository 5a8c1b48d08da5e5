"""Discovery: what is found, what is refused, and that one bad plugin does not take the others down."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

from forexai_core.errors import PluginConflictError, PluginContractError, PluginMissingError
from forexai_core.plugins import DiagnosisCode, discover, list_plugins
from forexai_core.ports.markers import API_VERSION, HOOKS, KINDS, hookimpl
from forexai_core.ports.risk import RiskOffer, Verdict
from forexai_core.ports.settings import NoSettings


class Rule:
    name = "rule"

    def judge(self, proposal):
        return Verdict(allowed=True, rule=self.name)


def offer(name, *, api_version=API_VERSION):
    return RiskOffer(
        name=name, title=name, settings=NoSettings, open=lambda _settings, _services: Rule(), api_version=api_version
    )


def plugin(name, *offers):
    """Make a plugin that offers risk rules."""

    class Offering:
        plugin_name = name

        @hookimpl
        def forexai_risk_offers(self):
            return offers

    return Offering()


class Raising:
    @hookimpl
    def forexai_risk_offers(self):
        raise RuntimeError("the licence server is down")


class Misspelled:
    @hookimpl
    def forexai_risks_offers(self):
        return []


class Unmarked:
    def forexai_risk_offers(self):
        return [offer("never-seen")]


class WithArguments:
    @hookimpl
    def forexai_risk_offers(self, config):
        return []


class Unmakeable:
    def __init__(self):
        raise OSError("no disk")


class Silent:
    @hookimpl
    def forexai_risk_offers(self):
        pass


class Wordy:
    @hookimpl
    def forexai_risk_offers(self):
        return "a rule"


class Mixed:
    @hookimpl
    def forexai_risk_offers(self):
        return [offer("good"), {"name": "bad"}]


def codes(plugins, name):
    return [each.code for each in plugins.diagnoses if each.origin.plugin == name]


def test_offers_are_found_by_name_in_order():
    plugins = discover([plugin("one", offer("b"), offer("a")), plugin("two", offer("c"))], entry_points=False)
    assert list(plugins.risk) == ["a", "b", "c"]
    assert plugins.risk["c"].name == "c"
    assert plugins.risk.origin("c").plugin == "two"
    assert plugins.diagnoses == ()
    assert len(plugins.brokers) == 0
    assert [each.plugin for each in plugins.origins] == ["one", "two"]


def test_a_missing_name_gets_a_hint():
    plugins = discover([plugin("one", offer("max-loss"))], entry_points=False)
    assert "max-los" not in plugins.risk
    assert plugins.risk.get("max-los") is None
    assert plugins.risk.get("max-los", 7) == 7
    with pytest.raises(PluginMissingError, match=r"risk named 'max-los'.*Did you mean 'max-loss'"):
        plugins.risk["max-los"]
    with pytest.raises(PluginMissingError, match="kind of plugin named 'riks'"):
        plugins.of_kind("riks")


def test_a_mapping_cannot_be_changed():
    plugins = discover([plugin("one", offer("a"))], entry_points=False)
    with pytest.raises(TypeError):
        plugins.risk["b"] = offer("b")
    with pytest.raises(AttributeError):
        plugins.risk = {}


@pytest.mark.parametrize(
    ("bad", "name", "code", "words"),
    [
        (Raising, "Raising", DiagnosisCode.RAISED, "the licence server is down"),
        (Misspelled, "Misspelled", DiagnosisCode.UNKNOWN_HOOK, "forexai_risk_offers"),
        (Unmarked, "Unmarked", DiagnosisCode.UNMARKED_HOOK, "hookimpl"),
        (WithArguments, "WithArguments", DiagnosisCode.WRONG_HOOK, "config"),
        (Unmakeable, "Unmakeable", DiagnosisCode.NOT_LOADED, "no disk"),
        (Silent, "Silent", DiagnosisCode.WRONG_ANSWER, "NoneType"),
        (Wordy, "Wordy", DiagnosisCode.WRONG_ANSWER, "str"),
        (Mixed, "Mixed", DiagnosisCode.WRONG_ANSWER, "dict"),
        (plugin("old", offer("x", api_version=API_VERSION - 1)), "old", DiagnosisCode.OUTDATED, "Upgrade the plugin"),
        (plugin("new", offer("x", api_version=API_VERSION + 1)), "new", DiagnosisCode.TOO_NEW, "Upgrade forexai-core"),
    ],
)
def test_a_bad_plugin_is_named_and_the_others_stay(bad, name, code, words):
    plugins = discover([bad, plugin("sound", offer("kept"))], entry_points=False)
    assert codes(plugins, name) == [code]
    assert words in str(next(each for each in plugins.diagnoses))
    assert "kept" in plugins.risk
    assert "x" not in plugins.risk
    with pytest.raises(PluginContractError):
        plugins.require(name)
    plugins.require("sound")


def test_the_good_offers_of_a_mixed_answer_stay():
    assert list(discover([Mixed], entry_points=False).risk) == ["good"]


def test_a_name_that_two_plugins_offer_opens_neither():
    pair = [plugin("one", offer("limit"), offer("own")), plugin("two", offer("limit"))]
    plugins = discover(pair, entry_points=False)
    assert "limit" not in plugins.risk
    assert "own" in plugins.risk
    assert codes(plugins, "one") == codes(plugins, "two") == [DiagnosisCode.CONFLICT]
    with pytest.raises(PluginConflictError, match="one, two"):
        plugins.risk["limit"]
    with pytest.raises(PluginConflictError, match="limit"):
        discover(pair, entry_points=False, required=["two"])
    assert "limit" in discover(pair, entry_points=False, disabled=["one"]).risk


def test_one_plugin_may_conflict_with_itself():
    plugins = discover([plugin("one", offer("twin"), offer("twin"))], entry_points=False)
    assert codes(plugins, "one") == [DiagnosisCode.CONFLICT]


def test_the_same_object_twice_is_reported():
    one = plugin("one", offer("a"))
    plugins = discover([one, one], entry_points=False)
    assert codes(plugins, "one") == [DiagnosisCode.REPEATED]
    assert "a" in plugins.risk


def test_disabling_what_is_not_there_is_a_warning():
    plugins = discover([plugin("one", offer("a"))], entry_points=False, disabled=["onne"])
    (warning,) = plugins.diagnoses
    assert warning.code is DiagnosisCode.NOTHING_DISABLED
    assert "Did you mean 'one'" in warning.remedy
    assert plugins.errors == ()


def test_a_required_plugin_that_is_missing_stops_the_start():
    with pytest.raises(PluginMissingError, match=r"'brokre' is required.*Did you mean 'broker'"):
        discover([plugin("broker", offer("a"))], entry_points=False, required=["brokre"])


def test_only_the_kinds_that_were_asked_for_are_asked():
    plugins = discover([Raising], entry_points=False, kinds=["cli"])
    assert plugins.diagnoses == ()
    with pytest.raises(PluginMissingError, match="did not ask for the kind risk"):
        plugins.risk["a"]


class Point:
    """An entry point without an installed distribution."""

    def __init__(self, name, value, load):
        self.name, self.value, self.load = name, value, load
        self.dist = None


def test_entry_points_are_loaded_once_and_a_broken_import_is_reported(monkeypatch):
    def fail():
        raise ModuleNotFoundError("No module named 'talib'")

    sound = Point("sound", "sound.plugin:plugin", lambda: plugin("sound", offer("a")))
    points = [Point("broken", "broken.plugin:plugin", fail), sound, sound]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda *, group: points if group == "forexai" else [])
    plugins = discover()
    assert list(plugins.risk) == ["a"]
    assert codes(plugins, "broken") == [DiagnosisCode.NOT_LOADED]
    assert "talib" in plugins.errors[0].problem
    assert codes(plugins, "sound") == []
    assert discover(disabled=["broken"]).errors == ()


def test_discoveries_share_nothing():
    first = discover([plugin("one", offer("a"))], entry_points=False)
    second = discover([plugin("two", offer("b"))], entry_points=False)
    assert list(first.risk) == ["a"]
    assert list(second.risk) == ["b"]


def test_the_list_says_what_is_offered_by_whom():
    plugins = discover([plugin("one", offer("a"))], entry_points=False)
    (line,) = list_plugins(plugins)
    assert (line.kind, line.name, line.plugin, line.api_version) == ("risk", "a", "one", API_VERSION)
    assert list_plugins(plugins, "broker") == ()


def test_every_kind_has_a_hook_a_map_and_a_record():
    plugins = discover([], entry_points=False)
    for kind in KINDS:
        assert HOOKS[kind] == f"forexai_{kind}_offers"
        assert len(plugins.of_kind(kind)) == 0


def test_discovery_is_light():
    heavy = ["numba", "pandas", "pyarrow", "typer", "rich", "jinja2"]
    code = f"import forexai_core.plugins, sys; sys.exit(str([name for name in {heavy} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"
