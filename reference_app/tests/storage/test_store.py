"""The application's database: made, upgraded, refused; with the tables that plugins bring."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from contextlib import closing

import pytest
from assembled import client_of, parts_of, plugin_of
from brought_tables import REVISION, revisions, tables_of

from forexai_core.cli import main
from forexai_core.errors import ConfigError
from forexai_saas.errors import SchemaError
from reference_app.schema import PLATFORM_SCHEMA
from reference_app.settings import AppSettings, load_settings
from reference_app.store import DATABASE_FILE, KEY_FILE, open_store


def signals():
    return plugin_of(parts_of(tables=tables_of("signals_rows"), migrations=revisions(REVISION)))


def names_of(home):
    with closing(sqlite3.connect(home / DATABASE_FILE)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def started(home, *plugins):
    with client_of(*plugins, home=home) as client:
        assert client.get("/health").status_code == 200


def test_a_home_is_for_its_owner_only_and_its_keys_lie_outside_the_database(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    started(home)
    assert {"users", "sessions", "tenants", "schema_of_saas"} <= names_of(home)
    if os.name == "posix":
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert stat.S_IMODE((home / KEY_FILE).stat().st_mode) == 0o600
    key = (home / KEY_FILE).read_bytes()
    started(home)
    assert (home / KEY_FILE).read_bytes() == key
    assert not (home / "backups").exists()


def test_tables_of_a_plugin_are_made_after_a_backup_and_stay_without_it(tmp_path):
    started(tmp_path)
    started(tmp_path, signals())
    assert "signals_rows" in names_of(tmp_path)
    (backup,) = (tmp_path / "backups").iterdir()
    with closing(sqlite3.connect(backup)) as kept:
        tables = {row[0] for row in kept.execute("SELECT name FROM sqlite_master")}
    assert "users" in tables
    assert "signals_rows" not in tables
    started(tmp_path)
    started(tmp_path, signals())
    assert "signals_rows" in names_of(tmp_path)
    assert len(list((tmp_path / "backups").iterdir())) == 1


def test_a_database_of_a_later_release_is_refused_and_left_alone(tmp_path):
    started(tmp_path)
    with closing(sqlite3.connect(tmp_path / DATABASE_FILE)) as connection:
        connection.execute("UPDATE schema_of_saas SET version_num = 'saas9999'")
        connection.commit()
    store = open_store(AppSettings(home=tmp_path), PLATFORM_SCHEMA)
    with pytest.raises(SchemaError, match="later release"):
        asyncio.run(store.prepare())
    with closing(sqlite3.connect(tmp_path / DATABASE_FILE)) as connection:
        assert connection.execute("SELECT version_num FROM schema_of_saas").fetchall() == [("saas9999",)]


def test_without_a_home_nothing_stays_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with client_of() as client:
        assert client.get("/health").status_code == 200
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_server_needs_a_place_for_its_keys_and_shows_its_password_nowhere(tmp_path):
    url = "postgresql://forexai_app:hunter2@db.example/forexai"
    with pytest.raises(ConfigError, match="master_key"):
        load_settings(given={"database": url})
    settings = load_settings(environment={"FOREXAI_APP_DATABASE": url, "FOREXAI_APP_HOME": str(tmp_path)})
    assert "hunter2" not in repr(settings)
    with pytest.raises(ConfigError, match="for a server"):
        client_of(home=tmp_path, database="sqlite:///file")


def test_db_upgrade_makes_and_then_leaves_tables(tmp_path, capsys):
    assert main(["db", "upgrade", "--home", str(tmp_path)]) == 0
    assert "They are made" in capsys.readouterr().out
    assert "users" in names_of(tmp_path)
    assert main(["db", "upgrade", "--home", str(tmp_path)]) == 0
    assert "those of this release" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"FOREXAI_APP_DATABASE": "postgresql://forexai_app@db/forexai"}, "FOREXAI_OWNER_DATABASE"),
        ({"FOREXAI_OWNER_DATABASE": "sqlite:///x"}, "for a server"),
    ],
)
def test_db_upgrade_wants_the_owners_role_for_a_server(tmp_path, monkeypatch, capsys, variables, words):
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert main(["db", "upgrade", "--home", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err


def test_db_roles_writes_sql(capsys):
    assert main(["db", "roles", "forexai"]) == 0
    told = capsys.readouterr().out
    assert "CREATE ROLE forexai_app" in told
    assert all(line.endswith(";") for line in told.splitlines() if line and not line.startswith(" "))


def test_serve_says_in_one_line_that_a_database_is_too_new(tmp_path, capsys):
    started(tmp_path)
    with closing(sqlite3.connect(tmp_path / DATABASE_FILE)) as connection:
        connection.execute("UPDATE schema_of_saas SET version_num = 'saas9999'")
        connection.commit()
    assert main(["serve", "--port", "0", "--home", str(tmp_path)]) == 3
    assert "later release" in capsys.readouterr().err
