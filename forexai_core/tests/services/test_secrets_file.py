"""Secrets in a file: what is on the disk, and what happens when somebody changes it."""

from __future__ import annotations

import base64
import json
import os
import stat
import sys

import pytest
from services.faults import FaultyDisk

from forexai_core.errors import ConfigError, IntegrityError, StorageError
from forexai_core.ports.secrets import Secret
from forexai_core.services.secrets import FileSecrets

TEXT = "correct horse battery staple"


class Home:
    def __init__(self, folder):
        self.path = folder / "home" / "secrets.json"
        self.key_path = folder / "home" / "secrets.key"

    def open(self, disk=None):
        return FileSecrets(self.path, key_path=self.key_path, disk=disk)

    def entries(self):
        return json.loads(self.path.read_text())["secrets"]

    def write(self, entries):
        self.path.write_text(json.dumps({"version": 1, "secrets": entries}))


@pytest.fixture
async def home(tmp_path):
    home = Home(tmp_path)
    store = home.open()
    await store.set("a", Secret(TEXT))
    await store.set("b", Secret("other"))
    store.close()
    return home


async def test_the_files_show_nothing_and_are_for_the_owner(home):
    assert TEXT.encode() not in home.path.read_bytes()
    if os.name == "posix":
        assert stat.S_IMODE(home.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(home.key_path.stat().st_mode) == 0o600


async def test_the_same_secret_is_never_sealed_alike(home):
    before = home.entries()["a"]
    await home.open().set("a", Secret(TEXT))
    after = home.entries()["a"]
    assert base64.b64decode(before)[:12] != base64.b64decode(after)[:12]
    assert before != after


async def test_any_changed_byte_is_found(home):
    sealed = base64.b64decode(home.entries()["a"])
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        home.write({"a": base64.b64encode(changed).decode()})
        with pytest.raises(IntegrityError, match="'a'"):
            await home.open().get("a")


@pytest.mark.parametrize("sealed", ["", "!", "AAAA", base64.b64encode(bytes(12)).decode()])
async def test_what_is_no_sealed_secret_is_found(home, sealed):
    home.write({"a": sealed})
    with pytest.raises(IntegrityError, match="'a'"):
        await home.open().get("a")


async def test_a_secret_moved_to_another_name_does_not_open(home):
    entries = home.entries()
    home.write({"a": entries["b"], "b": entries["b"]})
    with pytest.raises(IntegrityError, match="'a'"):
        await home.open().get("a")
    assert (await home.open().get("b")).reveal() == "other"


async def test_another_key_opens_nothing(home):
    home.key_path.write_bytes(base64.b64encode(bytes(32)))
    with pytest.raises(IntegrityError, match="another key"):
        await home.open().get("a")


async def test_a_missing_key_is_not_made_anew_over_old_secrets(home):
    home.key_path.unlink()
    for attempt in (home.open().get("a"), home.open().set("c", Secret("x"))):
        with pytest.raises(IntegrityError, match="key file"):
            await attempt
    assert not home.key_path.exists()


@pytest.mark.parametrize("content", [b"", b"short", base64.b64encode(bytes(31)), b"\xff" * 44])
async def test_a_damaged_key_is_found(home, content):
    home.key_path.write_bytes(content)
    with pytest.raises(IntegrityError, match="key file"):
        await home.open().get("a")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
async def test_a_key_that_others_may_read_is_refused(home, mode):
    home.key_path.chmod(mode)
    with pytest.raises(StorageError, match="chmod 600"):
        await home.open().get("a")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"version": 1}', b'{"version": 1, "secrets": []}'])
async def test_a_damaged_file_is_found(home, content):
    home.path.write_bytes(content)
    with pytest.raises(IntegrityError, match="damaged"):
        await home.open().names()


async def test_a_file_of_a_newer_release_is_refused(home):
    home.path.write_text('{"version": 2, "secrets": {}}')
    with pytest.raises(StorageError, match="newer"):
        await home.open().names()


async def test_no_failing_operation_loses_a_secret(home):
    count = FaultyDisk()
    await home.open(count).set("a", Secret(TEXT))
    for fail_at in range(1, len(count.operations) + 1):
        disk = FaultyDisk(fail_at)
        with pytest.raises(StorageError):
            await home.open(disk).set("a", Secret(f"new{fail_at}"))
        kept = (await home.open().get("a")).reveal()
        renamed = "rename" in disk.operations[:-1]
        assert kept == (f"new{fail_at}" if renamed else TEXT)
        await home.open().set("a", Secret(TEXT))


async def test_without_the_package_it_says_what_to_install(home, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("cryptography")]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=r"pip install 'forexai-core\[secrets\]'"):
        await home.open().get("a")
