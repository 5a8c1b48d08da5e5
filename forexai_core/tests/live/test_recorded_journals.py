"""Journals that earlier releases wrote are decided again as they were; those of a later one are refused by name.

``journals/session.toml`` is what ``forexai run`` was given. ``version_1_without_end`` is of a release whose
sessions did not say how they ended.
"""

from __future__ import annotations

import asyncio
import shutil
import struct
import zlib
from pathlib import Path

import pytest

from forexai_core.cli.session_openers import PluginOpeners
from forexai_core.errors import ConfigError
from forexai_core.live.session.decisions import VERSION
from forexai_core.live.session.folders import newest_run
from forexai_core.live.session.repeating import head_of, open_journal, records_of, repeat
from forexai_core.live.session.spec_files import read_spec
from forexai_core.services import embedded_services
from forexai_core.services.journal_frames import whole_frames

pytestmark = pytest.mark.kernels

JOURNALS = Path(__file__).parent / "journals"


@pytest.fixture
def journal(tmp_path):
    """Copy a recorded journal to where it may be locked."""

    def copied(name):
        return newest_run(shutil.copytree(JOURNALS / name, tmp_path / name))

    return copied


def decided_again(run):
    with embedded_services(None) as services:
        (compared,) = asyncio.run(repeat(run, PluginOpeners(services)))
    return compared


def recorded(run):
    async def read():
        journal = open_journal(run)
        try:
            return await records_of(journal, "main")
        finally:
            journal.close()

    return asyncio.run(read())


@pytest.mark.parametrize(("name", "ending"), [("version_1", "over"), ("version_1_without_end", None)])
def test_a_journal_of_version_1_is_decided_again_as_it_was(journal, name, ending):
    run = journal(name)
    kinds = [record.kind for record in recorded(run)]
    assert {"decision": 181, "deal": 30, "order": 18, "outcome": 15}.items() <= {
        kind: kinds.count(kind) for kind in kinds
    }.items()
    compared = decided_again(run)
    assert compared.difference is None
    assert compared.records == 244
    assert compared.ending == ending
    assert compared.equal == (ending is not None)


def test_what_is_recorded_is_what_its_session_file_says(journal):
    head = head_of(recorded(journal("version_1")))
    said, spec = head["spec"], read_spec(JOURNALS / "session.toml")
    assert said["strategies"][0]["parameters"] == dict(spec.strategies[0].parameters)
    assert (said["session"]["start"], said["session"]["stop"]) == (spec.session.start, spec.session.stop)


def test_a_record_of_a_newer_release_is_refused_with_both_versions(journal):
    run = journal("version_1")
    (path,) = (run / "journal").glob("s-session*/*.fxj")
    content = path.read_bytes()
    before, newer = b'"version":%d,"wishes"' % VERSION, b'"version":%d,"wishes"' % (VERSION + 1)
    frame = next(
        each for each in whole_frames(content, first_sequence=1, place="here") if _holds(content, each, before)
    )
    body = content[frame.start + 12 : frame.end].replace(before, newer, 1)
    checksum = zlib.crc32(body, zlib.crc32(struct.pack("<I", len(body))))
    whole = content[: frame.start] + struct.pack("<4sII", b"FXJ1", len(body), checksum) + body + content[frame.end :]
    path.write_bytes(whole)
    with pytest.raises(ConfigError, match=rf"has version {VERSION + 1}, and this release reads up to {VERSION}"):
        decided_again(run)


def _holds(content, frame, text):
    return text in content[frame.start : frame.end]
