"""Settings: where they come from, and what is refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from forexai_core.errors import ConfigError
from reference_app.settings import AppSettings, is_loopback, load_settings


def test_the_command_line_comes_before_the_environment_and_that_before_the_file(tmp_path):
    file = tmp_path / "app.toml"
    file.write_text('port = 1\nhome = "a"\nallowed_hosts = ["one"]\n')
    environment = {"FOREXAI_APP_PORT": "2", "FOREXAI_APP_ALLOWED_HOSTS": "two, three", "OTHER": "x"}
    settings = load_settings(file=file, environment=environment, given={"port": 3, "home": None})
    assert (settings.port, str(settings.home), settings.allowed_hosts) == (3, "a", ("two", "three"))
    assert load_settings(file=file, environment=environment).port == 2
    assert load_settings(file=file).port == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.9.1"])
def test_this_computer_may_be_listened_on(host):
    assert is_loopback(host)
    assert AppSettings(host=host).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", "", "localhost.evil.example"])
def test_other_computers_get_no_plain_http(host):
    assert not is_loopback(host)
    with pytest.raises(ConfigError, match="speaks TLS"):
        load_settings(given={"host": host})
    behind = load_settings(given={"host": host, "behind_tls": True, "allowed_hosts": ["trade.example"]})
    assert behind.hosts[-1] == "trade.example"


def test_behind_a_proxy_the_names_are_needed():
    with pytest.raises(ConfigError, match="allowed_hosts"):
        load_settings(given={"behind_tls": True})


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"FOREXAI_APP_PORT": "many"}, "port"),
        ({"FOREXAI_APP_PORT": "70000"}, "port"),
        ({"FOREXAI_APP_COLOUR": "red"}, "colour"),
        ({"FOREXAI_APP_BEHIND_TLS": "perhaps"}, "behind_tls"),
    ],
)
def test_what_is_wrong_is_named(environment, words):
    with pytest.raises(ConfigError, match=words):
        load_settings(environment=environment)


@pytest.mark.parametrize("text", [None, "port =", "port = 'x'", "[app]\nport = 1"])
def test_a_file_that_is_wrong_is_said(tmp_path, text):
    file = tmp_path / "app.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigError):
        load_settings(file=file)


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        AppSettings().port = 1
