"""Settings of a connector: what is refused, and where that is said."""

from __future__ import annotations

import pytest

from forexai_core.cli import main
from forexai_core.errors import ConfigError
from forexai_mt5.cli.serving import read_settings
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
