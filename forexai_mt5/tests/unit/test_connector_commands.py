"""Settings of a connector: what is refused, and where that is said."""

from __future__ import annotations

import pytest

from forexai_core.cli import main
from forexai_core.errors import BrokerUnreachableError, ConfigError
from forexai_core.services.clocks import RealClock
from forexai_mt5.cli.serving import read_settings
from forexai_mt5.connector.assembly import serve_patiently
from forexai_mt5.connector.credentials import NotPairedError
from forexai_mt5.connector.settings import ConnectorSettings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "platform: Field required"),
        ('platform = "http://trade.example.org/connector"', "only https"),
        ('platform = "ftp://trade.example.org"', "https://host"),
        ('platform = "https://me:secret@trade.example.org/c"', "without a user"),
        ('platform = "https://x/c"\nspeed = 1', "Extra inputs"),
        ('platform = "https://x/c"\n[caps]\nmax_lots = 0', r"caps\.max_lots"),
        ("platform = ", "no TOML"),
    ],
)
def test_wrong_settings_are_refused_with_their_place(tmp_path, text, said):
    file = tmp_path / "connector.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said) as caught:
        read_settings(file)
    assert "secret@" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_this_machine_may_be_spoken_to_in_clear(host):
    assert ConnectorSettings(platform=f"http://{host}/connector/").host == host


async def test_a_terminal_that_is_not_up_is_waited_for_and_that_is_said(monkeypatch):
    monkeypatch.setattr("forexai_mt5.connector.assembly._AGAIN_S", 0.0)
    attempts, said = [], []

    async def serve():
        attempts.append(len(attempts))
        if len(attempts) < 3:
            raise BrokerUnreachableError("The terminal is not started.")
        raise NotPairedError("This machine is not paired.")

    with pytest.raises(NotPairedError):
        await serve_patiently(serve, RealClock(), said.append)
    assert said == ["The terminal is not started."] * 2


class NeverUp:
    """A broker whose terminal is up at the third attempt, and is at the wrong account then."""

    attempts = 0

    async def connect(self):
        NeverUp.attempts += 1
        if NeverUp.attempts < 3:
            raise BrokerUnreachableError("The terminal is not started.")
        raise ConfigError("The account is another one.")


def test_the_command_that_serves_waits_for_its_terminal(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("forexai_mt5.connector.assembly._AGAIN_S", 0.0)
    monkeypatch.setattr("forexai_mt5.cli.serving.open_broker", lambda *_: NeverUp())
    file = tmp_path / "connector.toml"
    file.write_text('platform = "http://127.0.0.1:9/connector"\n', encoding="utf-8")
    assert main(["connector", "run", str(file), "--home", str(tmp_path / "home")]) == 2
    told = capsys.readouterr().err
    assert told.count("waiting for the terminal: The terminal is not started.") == 2
    assert "another one" in told


def test_the_commands_end_as_they_should(tmp_path, capsys):
    file = tmp_path / "connector.toml"
    assert main(["connector", "run", str(file)]) == 2
    assert "cannot be read" in capsys.readouterr().err
    file.write_text('platform = "http://127.0.0.1:9/connector"\nbroker = "nowhere"\n', encoding="utf-8")
    home = str(tmp_path / "home")
    assert main(["connector", "pair", str(file), "--code", "0000-0000-0000", "--home", home]) == 4
    assert "does not answer" in capsys.readouterr().err
    assert main(["connector", "pair", str(file), "--code", "x", "--home", home]) == 2
    assert main(["connector", "run", str(file), "--home", home]) == 2
    assert "nowhere" in capsys.readouterr().err
