"""Where the broker's password is kept, and that it shows nowhere else."""

from __future__ import annotations

import sys
import types

import attrs
import pytest

from forexai_core.errors import ConfigError, IntegrityError, NotFoundError, StorageError
from forexai_core.ports.secrets import Secret
from forexai_core.services import embedded_services
from forexai_mt5.connector.keyrings import KeyringSecrets, keyring_here
from forexai_mt5.connector.passwords import PASSWORDS_FILE, GuardedSecrets, open_passwords, with_passwords
from forexai_mt5.connector.settings import ConnectorSettings

PLATFORM = "https://trade.example.org/connector"
WORD = "hunter2-correct-horse"


class Guard:
    """Seals for one person: whoever else opens it fails, as Windows does."""

    def __init__(self, person=7):
        self.person = person

    def seal(self, plain):
        return bytes([self.person]) + bytes(each ^ 0x5A for each in plain)

    def open(self, sealed):
        if sealed[0] != self.person:
            raise OSError(13, "Key not valid for use in specified state")
        return bytes(each ^ 0x5A for each in sealed[1:])


class LockedError(Exception):
    pass


class Ring(dict):
    locked = False

    def get_password(self, service, username):
        if self.locked:
            raise LockedError(WORD)
        return self.get((service, username))

    def set_password(self, service, username, password):
        self[service, username] = password

    def delete_password(self, service, username):
        del self[service, username]


def guarded(folder, _ring):
    return GuardedSecrets(folder / PASSWORDS_FILE, Guard())


def ringed(_folder, ring):
    return KeyringSecrets(ring, (LockedError,))


@pytest.mark.parametrize("make", [guarded, ringed])
async def test_a_password_is_kept_replaced_and_forgotten(tmp_path, make):
    ring = Ring()
    store = make(tmp_path, ring)
    with pytest.raises(NotFoundError):
        await store.get("mt5-7")
    await store.set("mt5-7", Secret("first"))
    await store.set("mt5-7", Secret(WORD))
    await store.set("mt5-8", Secret("other"))
    again = make(tmp_path, ring)
    assert (await again.get("mt5-7")).reveal() == WORD
    assert await again.names() == ["mt5-7", "mt5-8"]
    assert await again.delete("mt5-7")
    assert not await again.delete("mt5-7")
    assert await again.names() == ["mt5-8"]
    with pytest.raises(ConfigError):
        await again.get("../x")


async def test_what_another_person_sealed_does_not_open(tmp_path):
    file = tmp_path / PASSWORDS_FILE
    await GuardedSecrets(file, Guard(7)).set("mt5-7", Secret(WORD))
    assert WORD not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(IntegrityError, match="another person") as caught:
        await GuardedSecrets(file, Guard(8)).get("mt5-7")
    assert WORD not in str(caught.value)
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(IntegrityError, match="damaged"):
        await GuardedSecrets(file, Guard(7)).get("mt5-7")


async def test_a_locked_keyring_is_said_without_what_it_says():
    ring = Ring()
    ring.locked = True
    with pytest.raises(StorageError, match="Unlock it") as caught:
        await ringed(None, ring).get("mt5-7")
    assert WORD not in str(caught.value)


def test_a_file_is_used_only_where_it_is_said(tmp_path):
    with embedded_services(tmp_path) as services:
        nothing = {"guarding": lambda: None, "keyring": lambda: None}
        for kind in ("auto", "dpapi", "keyring"):
            with pytest.raises(ConfigError, match="no safe store"):
                open_passwords(kind, tmp_path, services.secrets, **nothing)
        assert open_passwords("file", tmp_path, services.secrets, **nothing) is services.secrets
        ring = ringed(None, Ring())
        both = {"guarding": Guard, "keyring": lambda: ring}
        assert isinstance(open_passwords("auto", tmp_path, services.secrets, **both), GuardedSecrets)
        assert open_passwords("keyring", tmp_path, services.secrets, **both) is ring
        with pytest.raises(ConfigError):
            open_passwords("dpapi", tmp_path, services.secrets, guarding=lambda: None, keyring=lambda: ring)


async def test_the_broker_finds_its_password_wherever_it_is_kept(tmp_path, monkeypatch):
    settings = ConnectorSettings(platform=PLATFORM)
    with embedded_services(None) as services:
        monkeypatch.setattr("forexai_mt5.connector.passwords.open_passwords", lambda *_: guarded(tmp_path, None))
        await services.secrets.set("old", Secret("in the file"))
        layered = with_passwords(settings, services, tmp_path).secrets
        await layered.set("mt5-7", Secret(WORD))
        assert (await layered.get("mt5-7")).reveal() == WORD
        assert (await layered.get("old")).reveal() == "in the file"
        assert await services.secrets.names() == ["old"]
        assert await layered.names() == ["mt5-7", "old"]
        assert await layered.delete("mt5-7")


def test_a_machine_without_a_store_still_runs_where_none_was_asked_for(tmp_path, monkeypatch):
    def none(*_):
        raise ConfigError("none")

    monkeypatch.setattr("forexai_mt5.connector.passwords.open_passwords", none)
    with embedded_services(None) as services:
        assert with_passwords(ConnectorSettings(platform=PLATFORM), services, tmp_path) is services
        with pytest.raises(ConfigError):
            with_passwords(ConnectorSettings(platform=PLATFORM, password_store="keyring"), services, tmp_path)
    assert attrs.has(type(services))


@pytest.mark.parametrize(
    ("module", "priority", "safe"),
    [
        ("keyring.backends.SecretService", 5, True),
        ("keyring.backends.fail", 0, False),
        ("keyrings.alt.file", 0.5, False),
    ],
)
def test_only_a_keyring_that_is_safe_is_used(monkeypatch, module, priority, safe):
    backend = type("Backend", (Ring,), {"__module__": module, "priority": priority})()
    errors = types.ModuleType("keyring.errors")
    errors.KeyringError = LockedError
    package = types.ModuleType("keyring")
    package.get_keyring = lambda: backend
    package.errors = errors
    monkeypatch.setitem(sys.modules, "keyring", package)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    assert (keyring_here() is not None) is safe


def test_without_the_package_there_is_no_keyring(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert keyring_here() is None
