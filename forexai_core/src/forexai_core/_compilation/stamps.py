"""What a compiled kernel depends on: its own file, and all that this imports, directly or not.

Any of it may be compiled in: kernels, record types, constants, and the order of the fields of a named tuple.

Where a file's imports cannot be told from its text, all files that it might reach count.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

import numba

__all__ = ["in_package", "kernel_stamp", "place_in_package"]

_PACKAGE = Path(__file__).resolve().parent.parent


# A kernel may call kernels of its own folder and of the floors below it, and no others: the
# contracts of the house forbid more. So these are the folders that a stamp covers where imports do not tell.
_FLOORS = (("engine", "indicators", "services"), ("data", "risk", "metrics"), ("strategies",))


def _folders_behind(folder: str) -> tuple[str, ...]:
    lower: list[str] = []
    for floor in _FLOORS:
        if folder in floor:
            return (*lower, folder)
        lower.extend(floor)
    return tuple(lower)


# What imports can look like (the house wants them at the top, whole, and of this package by its full name).
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(forexai_core[\w.]*|\.[\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n]*)"
    rb"|import[ \t]+(forexai_core[^\n]*))",
    re.MULTILINE,
)
_HIDDEN_IMPORT = re.compile(rb"\bimport_module\b|\b__import__\b")
_COMMENT = re.compile(rb"#[^\n]*")


def _module_file(dotted: str) -> Path | None:
    """Find a module of the package, or a package in it, by its full name."""
    place = _PACKAGE.parent.joinpath(*dotted.split("."))
    found = (place.with_suffix(".py"), place / "__init__.py")
    return next((file for file in found if file.is_file()), None)


@cache
def _imports(file: Path) -> frozenset[Path] | None:
    """Give the files of the package that a file imports; None where its text does not tell."""
    content = _COMMENT.sub(b"", file.read_bytes()).replace(b"\\\n", b" ")
    if _HIDDEN_IMPORT.search(content):
        return None
    imported: set[Path] = set()
    for module, names, whole in _IMPORT.findall(content):
        home = None if whole or module.startswith(b".") else _module_file(module.decode())
        if home is None:
            return None
        imported.add(home)
        if home.name == "__init__.py":
            # A name may be a module of its own; one that the package itself holds stands in its own file.
            plain = names.decode().strip("() \t\n")
            words = (name.split()[0] for name in plain.split(",") if name.split())
            modules = (_module_file(f"{module.decode()}.{word}") for word in words)
            imported.update(file for file in modules if file is not None)
    return frozenset(imported)


def _files_behind(file: Path) -> list[Path] | None:
    """List a file and all that it imports, directly or not; None where that cannot be told."""
    known, waiting = {file}, [file]
    while waiting:
        imported = _imports(waiting.pop())
        if imported is None:
            return None
        waiting.extend(imported - known)
        known |= imported
    return sorted(known)


@cache
def _content_digest(file: Path) -> bytes:
    return hashlib.sha256(file.read_bytes()).digest()


@cache
def kernel_stamp(file: Path) -> str:
    """Hash every file that the kernels of one file may depend on.

    Parameters
    ----------
    file : Path
        In the package.

    Returns
    -------
    str
        Hex digest; it changes when any of those files does.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    reached = _files_behind(file)
    if reached is None:
        folders = _folders_behind(file.relative_to(_PACKAGE).parts[0])
        reached = [each for folder in folders for each in sorted((_PACKAGE / folder).rglob("*.py"))]
    compilers = sorted((_PACKAGE / "_compilation").glob("*.py"))
    own = (_PACKAGE / "_jit.py", *compilers, _PACKAGE / "arrays.py", file)
    for each in (*own, *(each for each in reached if each not in own)):
        digest.update(each.relative_to(_PACKAGE).as_posix().encode())
        digest.update(_content_digest(each))
    return digest.hexdigest()


@cache
def in_package(py_file: str) -> bool:
    """Tell whether a file lies in the package.

    Parameters
    ----------
    py_file : str
        Its path.

    Returns
    -------
    bool
        False for files of others.
    """
    return Path(py_file).resolve().is_relative_to(_PACKAGE)


def place_in_package(py_file: str) -> str:
    """Name the folder of a file of the package as one word, wherever the package is installed.

    Parameters
    ----------
    py_file : str
        Its path.

    Returns
    -------
    str
        Such as ``forexai_core-engine-interval``.
    """
    folder = Path(py_file).resolve().relative_to(_PACKAGE).parent
    return "-".join((_PACKAGE.name, *folder.parts))
