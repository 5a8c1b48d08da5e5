"""Check built wheels and source distributions: complete, typed, licensed, of one version, nothing foreign inside."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

DISTRIBUTIONS = ("forexai_core", "forexai_mt5", "forexai_ml", "forexai_llm", "forexai_saas", "forexai_app")

_PAGE = ("/index.html", ".js", ".css")
"""What the application's artefacts carry at least of the built web page."""


def page_slips(name: str, names: list[str]) -> list[str]:
    """Return what is missing of the web page in the list of files of an artefact of that name."""
    if not name.startswith("forexai_app-"):
        return []
    inside = [each for each in names if "reference_app/page/" in each]
    return [f"no {part} in reference_app/page" for part in _PAGE if not any(each.endswith(part) for each in inside)]


def wheel_slips(names: list[str]) -> list[str]:
    """Return what is wrong with the list of files of a wheel."""
    slips = []
    if not any(name.endswith("/py.typed") for name in names):
        slips.append("no py.typed")
    if not any(name.endswith("licenses/LICENSE") for name in names):
        slips.append("no LICENSE")
    packages = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    if len(packages) != 1:
        slips.append(f"holds {sorted(packages)}, not one package")
    slips += [f"holds {name}" for name in names if "/tests/" in name or name.endswith((".pyc", ".nbi", ".nbc"))]
    return slips


def sdist_slips(names: list[str]) -> list[str]:
    """Return what is wrong with the list of files of a source distribution."""
    inside = [name.partition("/")[2] for name in names]
    needed = ("PKG-INFO", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
    slips = [f"no {name}" for name in needed if name not in inside]
    slips += [f"no {part}/" for part in ("src", "tests") if not any(name.startswith(f"{part}/") for name in inside)]
    return slips + [f"holds {name}" for name in names if name.endswith((".pyc", "uv.lock"))]


def folder_slips(folder: Path) -> list[str]:
    """Return what is wrong with a folder that should hold the artefacts of all distributions, of one version."""
    wheels = sorted(folder.glob("*.whl"))
    sdists = sorted(folder.glob("*.tar.gz"))
    slips = []
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
        slips += [f"{wheel.name}: {slip}" for slip in wheel_slips(names) + page_slips(wheel.name, names)]
    for sdist in sdists:
        with tarfile.open(sdist) as archive:
            names = archive.getnames()
        slips += [f"{sdist.name}: {slip}" for slip in sdist_slips(names) + page_slips(sdist.name, names)]
    kinds = {"wheel": [w.name.split("-")[0] for w in wheels], "sdist": [s.name.rpartition("-")[0] for s in sdists]}
    for kind, found in kinds.items():
        slips += [f"no {kind} of {name}" for name in DISTRIBUTIONS if name not in found]
    versions = {w.name.split("-")[1] for w in wheels} | {
        s.name.removesuffix(".tar.gz").rpartition("-")[2] for s in sdists
    }
    if len(versions) != 1:
        slips.append(f"versions differ: {sorted(versions)}")
    return slips


def main() -> int:
    """Print the slips of the folder named on the command line."""
    slips = folder_slips(Path(sys.argv[1]))
    sys.stdout.write("\n".join(slips or [f"{len(DISTRIBUTIONS)} wheels and source distributions complete"]) + "\n")
    return 1 if slips else 0


if __name__ == "__main__":
    sys.exit(main())
