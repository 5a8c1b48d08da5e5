"""Files of compiled kernels: nothing is named before it is there, and nothing is taken for another thing."""

from __future__ import annotations

import logging
import os

import pytest

from forexai_core._compilation.files import KernelFiles


@pytest.fixture
def files(tmp_path):
    return lambda stamp="now", name="orders.fill-12.py311": KernelFiles(tmp_path, name, stamp)


def test_what_was_saved_is_read_again(files):
    assert files().load(("int64", "float64")) is None
    assert not files().is_kept()
    files().save(("int64", "float64"), b"code")
    assert files().load(("int64", "float64")) == b"code"
    assert files().load(("float64", "int64")) is None
    assert files().is_kept()


def test_two_processes_that_save_at_once_keep_both_forms(files):
    one, other = files(), files()
    assert one.load("a") is None
    assert other.load("b") is None
    one.save("a", b"of a")
    other.save("b", b"of b")
    assert (files().load("a"), files().load("b")) == (b"of a", b"of b")


def test_an_older_text_is_never_served(files):
    files("before").save("a", b"old")
    assert files("now").load("a") is None
    assert not files("now").is_kept()
    assert files("before").load("a") == b"old"


def test_a_file_that_holds_another_key_is_no_answer(files, tmp_path):
    files().save("a", b"of a")
    (kept,) = tmp_path.iterdir()
    files().save("b", b"of b")
    (other,) = set(tmp_path.iterdir()) - {kept}
    kept.write_bytes(other.read_bytes())
    assert files().load("a") is None


def cut_short(content):
    return content[:-3]


def empty(_content):
    return b""


def one_bit_of_the_code(content):
    place = content.index(b"of a")
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize("damage", [cut_short, empty, one_bit_of_the_code])
def test_a_damaged_file_is_told_and_made_anew(damage, files, tmp_path, caplog):
    files().save("a", b"of a")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(damage(kept.read_bytes()))
    with caplog.at_level(logging.WARNING):
        assert files().load("a") is None
    assert f"{kept} is damaged" in caplog.text
    files().save("a", b"again")
    assert files().load("a") == b"again"


def test_what_cannot_be_written_leaves_nothing_behind(files, tmp_path):
    with pytest.raises(TypeError, match="generator"):
        files().save("a", (each for each in ()))
    assert list(tmp_path.iterdir()) == []


def test_the_last_states_of_the_sources_are_kept(files, tmp_path):
    for second, stamp in enumerate(("first", "second", "third", "fourth", "fifth")):
        for key in "ab":
            files(stamp).save(key, stamp)
        for file in tmp_path.iterdir():
            if files(stamp)._state in file.name:
                os.utime(file, (second, second))
    files("sixth").save("a", "sixth")
    kept = {stamp for stamp in ("first", "second", "third", "fourth", "fifth", "sixth") if files(stamp).is_kept()}
    assert kept == {"third", "fourth", "fifth", "sixth"}


def test_another_kernels_files_are_left_alone(files):
    for stamp in ("first", "second", "third", "fourth", "fifth"):
        files(stamp, "orders.fill_more-99.py311").save("a", stamp)
        files(stamp).save("a", stamp)
    files().flush()
    assert files("fifth", "orders.fill_more-99.py311").load("a") == "fifth"
    assert files("fifth").load("a") is None
