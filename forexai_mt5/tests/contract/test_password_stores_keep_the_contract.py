"""Stores of passwords keep the core's rules for secrets: sealed by the system, in a keyring, one over another."""

from __future__ import annotations

import pytest

from forexai_core.services.secrets import MemorySecrets
from forexai_core.testing.ports.secrets import SecretsSuite
from forexai_mt5.connector.keyrings import KeyringSecrets
from forexai_mt5.connector.passwords import PASSWORDS_FILE, GuardedSecrets, LayeredSecrets


class Guard:
    """Seals by changing each byte."""

    def seal(self, plain):
        return bytes(each ^ 0x5A for each in plain)

    def open(self, sealed):
        return bytes(each ^ 0x5A for each in sealed)


class Ring(dict):
    """A keyring, as the package of that name has it."""

    def get_password(self, service, username):
        return self.get((service, username))

    def set_password(self, service, username, password):
        self[service, username] = password

    def delete_password(self, service, username):
        del self[service, username]


class TestGuardedSecrets(SecretsSuite):
    """A file of the system's seals."""

    @pytest.fixture
    def another(self, tmp_path):
        return lambda: GuardedSecrets(tmp_path / PASSWORDS_FILE, Guard())

    @pytest.fixture
    def secrets(self, another):
        return another()


class TestKeyringSecrets(SecretsSuite):
    """A keyring, which one process has at a time."""

    @pytest.fixture
    def secrets(self):
        return KeyringSecrets(Ring(), ())

    @pytest.fixture
    def another(self, secrets):
        return lambda: secrets


class TestLayeredSecrets(SecretsSuite):
    """Passwords over what else is kept."""

    @pytest.fixture
    def secrets(self):
        return LayeredSecrets(MemorySecrets(), MemorySecrets())

    @pytest.fixture
    def another(self, secrets):
        return lambda: secrets
