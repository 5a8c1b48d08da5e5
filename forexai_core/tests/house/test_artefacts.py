"""The check of built artefacts finds what is missing or foreign."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

from house import artefacts

WHEEL = ["p/__init__.py", "p/py.typed", "p-1.dist-info/METADATA", "p-1.dist-info/licenses/LICENSE"]
SDIST = [
    f"p-1/{name}"
    for name in ("PKG-INFO", "pyproject.toml", "README.md", "LICENSE", "NOTICE", "src/p/__init__.py", "tests/test_p.py")
]
PAGE = ["index.html", "assets/index-1.js", "assets/index-1.css"]

APPLICATION = "forexai_app-1-py3-none-any.whl"


def whole(name: str, members: list[str], place: str) -> list[str]:
    """Give the members of an artefact; that of the application carries the page."""
    return members + [f"{place}/reference_app/page/{part}" for part in PAGE if name == "forexai_app"]


def write_all(folder: Path, version: str, names: tuple[str, ...] = artefacts.DISTRIBUTIONS) -> None:
    for name in names:
        with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            for member in whole(name, WHEEL, "p"):
                wheel.writestr(member, "")
        with tarfile.open(folder / f"{name}-{version}.tar.gz", "w:gz") as sdist:
            for member in whole(name, SDIST, "p-1/src"):
                sdist.addfile(tarfile.TarInfo(member), io.BytesIO())


def test_a_whole_wheel_passes_and_each_gap_is_named() -> None:
    assert artefacts.wheel_slips(WHEEL) == []
    assert artefacts.wheel_slips([n for n in WHEEL if "typed" not in n]) == ["no py.typed"]
    assert artefacts.wheel_slips([n for n in WHEEL if "LICENSE" not in n]) == ["no LICENSE"]
    assert artefacts.wheel_slips([*WHEEL, "tests/test_p.py"]) == ["holds ['p', 'tests'], not one package"]
    assert artefacts.wheel_slips([*WHEEL, "p/tests/test_p.py"]) == ["holds p/tests/test_p.py"]


def test_a_whole_source_distribution_passes_and_each_gap_is_named() -> None:
    assert artefacts.sdist_slips(SDIST) == []
    for name in SDIST:
        assert artefacts.sdist_slips([n for n in SDIST if n != name]) != []


def test_the_page_is_in_the_application() -> None:
    names = whole("forexai_app", WHEEL, "p")
    assert artefacts.page_slips(APPLICATION, names) == []
    assert artefacts.page_slips("forexai_ml-1.tar.gz", WHEEL) == []
    for part in PAGE:
        assert len(artefacts.page_slips(APPLICATION, [name for name in names if not name.endswith(part)])) == 1


def test_a_folder_needs_every_distribution_at_one_version(tmp_path: Path) -> None:
    write_all(tmp_path, "1.0")
    assert artefacts.folder_slips(tmp_path) == []
    next(tmp_path.glob("forexai_ml*.whl")).unlink()
    assert artefacts.folder_slips(tmp_path) == ["no wheel of forexai_ml"]
    write_all(tmp_path, "1.1", ("forexai_ml",))
    assert artefacts.folder_slips(tmp_path) == ["versions differ: ['1.0', '1.1']"]
