"""Copies of a home: whole, checked, restored halted, and erased keys first."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing

import pytest
from world import World

from forexai_core.cli import main
from forexai_core.services import embedded_services
from reference_app.home_copies import back_up_home
from reference_app.home_lock import HomeLock


def lived_in(home):
    """Make a home with a person and a mail in it; give the person's address."""
    with World(home) as world:
        return world.person().email


def test_a_copy_is_restored_with_everybody_in_it_and_openings_halted(tmp_path, capsys):
    home, copy, again = tmp_path / "home", tmp_path / "copy", tmp_path / "again"
    email = lived_in(home)
    assert main(["home", "backup", str(copy), "--home", str(home), "--with-keys"]) == 0
    assert "with the keys" in capsys.readouterr().out
    assert not (copy / "mails").exists()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o700
    assert main(["home", "restore", str(copy), "--home", str(again)]) == 0
    with World(again) as world:
        assert world.browser().sign_in(email=email).status_code == 200
    with embedded_services(again) as services:
        assert asyncio.run(services.leases.epoch()) == 2
        (halt,) = asyncio.run(services.halts.read()).halts
    assert (halt.scope, halt.by) == ("platform", "forexai home restore")


def test_the_keys_stay_out_unless_asked_for(tmp_path, capsys):
    home, copy = tmp_path / "home", tmp_path / "copy"
    lived_in(home)
    assert main(["home", "backup", str(copy), "--home", str(home)]) == 0
    assert not (copy / "keys").exists()
    assert (copy / "platform.sqlite3").exists()
    assert main(["home", "restore", str(copy), "--home", str(tmp_path / "again")]) == 0
    assert "keys are not in the copy" in capsys.readouterr().out


@pytest.mark.parametrize("harm", ["changed", "missing", "added", "no manifest"])
def test_a_copy_that_was_touched_is_not_restored(tmp_path, capsys, harm):
    home, copy, again = tmp_path / "home", tmp_path / "copy", tmp_path / "again"
    with embedded_services(home) as services:
        asyncio.run(services.leases.raise_epoch())
    back_up_home(home, copy)
    file = copy / "state.sqlite3"
    if harm == "changed":
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
    elif harm == "missing":
        file.unlink()
    elif harm == "added":
        (copy / "more.txt").write_text("x")
    else:
        (copy / "manifest.json").unlink()
    assert main(["home", "restore", str(copy), "--home", str(again)]) == 3
    assert not again.exists()
    assert "Traceback" not in capsys.readouterr().err


def test_what_would_lose_something_is_refused(tmp_path, capsys):
    home, copy = tmp_path / "home", tmp_path / "copy"
    with embedded_services(home) as services:
        asyncio.run(services.leases.raise_epoch())
    with HomeLock(home):
        assert main(["home", "backup", str(copy), "--home", str(home)]) == 2
        assert main(["home", "erase", "--yes", "--home", str(home)]) == 2
    assert not copy.exists()
    assert main(["home", "backup", str(home / "inside"), "--home", str(home)]) == 2
    assert main(["home", "backup", str(copy), "--home", str(home)]) == 0
    assert main(["home", "backup", str(copy), "--home", str(home)]) == 2
    assert main(["home", "restore", str(copy), "--home", str(home)]) == 2
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letters.txt").write_text("mine")
    assert main(["home", "erase", "--yes", "--home", str(tmp_path / "other")]) == 2
    assert (tmp_path / "other" / "letters.txt").exists()
    assert main(["home", "erase", "--yes", "--home", str(home)]) == 0
    assert not home.exists()
    assert "Traceback" not in capsys.readouterr().err


def test_a_home_is_shown_and_a_damaged_database_found(tmp_path, capsys):
    home = tmp_path / "home"
    assert main(["home", "show", "--home", str(home)]) == 0
    assert "not there yet" in capsys.readouterr().out
    with embedded_services(home) as services:
        asyncio.run(services.leases.raise_epoch())
    assert main(["home", "show", "--home", str(home)]) == 0
    assert "state.sqlite3" in capsys.readouterr().out
    with closing(sqlite3.connect(home / "state.sqlite3")) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    (home / "state.sqlite3").write_bytes(b"SQLite format 3\x00" + b"\xff" * 4096)
    assert main(["home", "show", "--home", str(home)]) == 1
    assert "damaged" in capsys.readouterr().err
