"""The settings file, as the form writes it, and the window's own wishes; without Qt."""

from __future__ import annotations

import tomllib

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forexai_core.errors import ConfigError
from forexai_mt5.connector.settings_file import read_settings, toml_text, write_toml
from forexai_mt5.desktop.forms import SettingsForm, SettingsStore
from forexai_mt5.desktop.preferences import Preferences, read_preferences, write_preferences

FORM = SettingsForm(
    platform="https://trade.example.org/api/v1/connector", login=" 5012345 ", server="Broker-Demo", max_lots=0.5,
    symbols="EURUSD, XAUUSD ,", has_password=True, path="C:\\Program Files\\MetaTrader 5\\terminal64.exe",
)  # fmt: skip

plain = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",))),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)
values = st.recursive(
    st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), st.one_of(plain, st.lists(plain))),
    lambda inner: st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), st.one_of(plain, inner)),
    max_leaves=8,
)


@given(values)
def test_what_is_written_is_read_back(given_values):
    assert tomllib.loads(toml_text(given_values)) == given_values


@pytest.mark.parametrize("name", ["a\n", "a b", "", "a.b", '"', "\x7f", "é"])
def test_names_that_are_not_bare_are_quoted(name):
    assert tomllib.loads(toml_text({name: {name: "x"}})) == {name: {name: "x"}}


def test_what_toml_does_not_know_is_refused():
    with pytest.raises(ConfigError, match=r"caps\.symbols is a set"):
        toml_text({"caps": {"symbols": {"EURUSD"}}})


def test_a_form_is_saved_and_read_again(tmp_path):
    store = SettingsStore(tmp_path / "home" / "connector.toml")
    assert store.read() is None
    saved = store.save(FORM)
    assert store.read() == saved == read_settings(store.file)
    assert saved.broker_settings == {
        "path": "C:\\Program Files\\MetaTrader 5\\terminal64.exe", "login": 5012345, "server": "Broker-Demo",
        "account_kind": "demo", "password": "secret:mt5-5012345",
    }  # fmt: skip
    assert (saved.caps.max_lots, saved.caps.symbols) == (0.5, ("EURUSD", "XAUUSD"))
    again = SettingsForm.of(saved)
    assert again == attrs.evolve(FORM, login="5012345", symbols="EURUSD, XAUUSD")
    assert store.save(again) == saved


def test_what_the_form_does_not_show_stays(tmp_path):
    store = SettingsStore(tmp_path / "connector.toml")
    text = '# mine\nplatform = "https://x/c"\nreport_s = 2.0\n[broker_settings]\nsuffix = "m"\n'
    text += '[broker_settings.symbols]\nXAUUSD = "GOLD"\n'
    store.file.write_text(text, encoding="utf-8")
    saved = store.save(attrs.evolve(SettingsForm.of(store.read()), login="7"))
    assert saved.report_s == 2.0
    assert saved.broker_settings == {"suffix": "m", "symbols": {"XAUUSD": "GOLD"}, "login": 7, "account_kind": "demo"}
    assert store.file.with_name("connector.toml.before").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"platform": "http://trade.example.org/c"}, "only https"),
        ({"platform": ""}, "platform"),
        ({"login": "50a"}, "digits only"),
        ({"login": "", "has_password": True}, "password"),
        ({"max_lots": 0.0}, "max_lots"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_written(tmp_path, change, said):
    store = SettingsStore(tmp_path / "connector.toml")
    before = store.save(FORM)
    with pytest.raises(ConfigError, match=said):
        store.save(attrs.evolve(FORM, **change))
    assert store.read() == before


@pytest.mark.parametrize(
    ("former", "ticked", "kept"),
    [("auto", True, "file"), ("file", False, "auto"), ("keyring", False, "keyring"), ("file", True, "file")],
)
def test_a_file_of_passwords_is_used_only_where_it_is_said(tmp_path, former, ticked, kept):
    store = SettingsStore(tmp_path / "connector.toml")
    write_toml(store.file, {"platform": "https://x/c", "password_store": former})
    form = attrs.evolve(SettingsForm.of(store.read()), file_store=ticked)
    assert store.save(form).password_store == kept


def test_preferences_are_kept(tmp_path):
    assert read_preferences(tmp_path) == Preferences()
    wanted = Preferences(language="id", theme="dark", start_with_window=True, keep_in_tray=False)
    write_preferences(tmp_path, wanted)
    assert read_preferences(tmp_path) == wanted
    (tmp_path / "window.toml").write_text('theme = "pink"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="theme"):
        read_preferences(tmp_path)
