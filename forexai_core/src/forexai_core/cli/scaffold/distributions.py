"""Writing the files of a new plugin from the templates that ship with the package."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.resources
import importlib.util
import keyword
import re
import shutil
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.plugins.discovery import OFFER_TYPES
from forexai_core.ports.markers import API_VERSION, HOOKS, KINDS

__all__ = ["NewPlugin", "new_plugin"]

_NAME = re.compile(r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$")
_ACCESSORS = {
    "strategy": "strategies",
    "broker": "brokers",
    "indicator": "indicators",
    "model": "models",
    "advisor": "advisors",
    "notifier": "notifiers",
    "report": "reports",
    "app": "apps",
}
_FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "src/$package/__init__.py": "__init__.py",
    "src/$package/plugin.py": "plugin.py",
    "tests/test_conformance.py": "test_conformance.py",
}


@attrs.frozen(kw_only=True)
class NewPlugin:
    """What was written.

    Attributes
    ----------
    kind, name : str
        What the plugin offers.
    folder : Path
        Of the distribution.
    package : str
        Name to import.
    files : tuple of Path
        Relative to the folder.
    """

    kind: str
    name: str
    folder: Path
    package: str
    files: tuple[Path, ...]


def new_plugin(kind: str, name: str, folder: Path | None = None) -> NewPlugin:
    """Write a distribution with one plugin.

    Parameters
    ----------
    kind : str
        One of the kinds of ``forexai_core.ports.markers.KINDS``.
    name : str
        Of the distribution and of its offer: small letters, digits and single hyphens, ``my-broker``.
    folder : Path, optional
        Where to write; default a new folder of that name in the working folder.

    Returns
    -------
    NewPlugin
        What was written; its tests pass as it is.

    Raises
    ------
    ConfigError
        If the kind or name is none, or the folder is there and not empty.
    """
    if kind not in KINDS:
        raise ConfigError(f"There is no kind of plugin named '{kind}'. {did_you_mean(kind, KINDS)}")
    package = name.replace("-", "_")
    if not _NAME.match(name) or keyword.iskeyword(package) or package in {"forexai", "forexai_core", "test", "tests"}:
        raise ConfigError(
            f"'{name}' cannot be the name of a plugin. Use small letters, digits and single hyphens, such as my-{kind}."
        )
    if importlib.util.find_spec(package) is not None:
        raise ConfigError(
            f"A module '{package}' is installed already, and the plugin would hide it. Choose another name."
        )
    target = Path(name) if folder is None else folder
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigError(f"{target} is there already. Name another folder with --dir, or remove it.")
    contents = _contents(kind, name, package)
    _check_names(name, contents[f"src/{package}/{kind}.py"])
    _write(target, contents)
    files = tuple(Path(path) for path in contents)
    return NewPlugin(kind=kind, name=name, folder=target, package=package, files=files)


def _contents(kind: str, name: str, package: str) -> dict[str, str]:
    words = name.split("-")
    values = {
        "kind": kind,
        "name": name,
        "package": package,
        "module": kind,
        "class_name": "".join(word.capitalize() for word in words),
        "title": " ".join(words).capitalize(),
        "prefix": "".join(words),
        "hook": HOOKS[kind],
        "offer_type": OFFER_TYPES[kind].__name__,
        "suite": f"{kind.capitalize()}Conformance",
        "accessor": _ACCESSORS.get(kind, kind),
        "api_version": str(API_VERSION),
        "core_version": _core_version(),
    }
    templates = importlib.resources.files("forexai_core.cli.scaffold").joinpath("templates")
    files = {path: templates.joinpath("distribution", f"{template}.tmpl") for path, template in _FILES.items()}
    files[f"src/$package/{kind}.py"] = templates.joinpath("kinds", f"{kind}.py.tmpl")
    contents = {Template(path).substitute(values): _filled(template, values) for path, template in files.items()}
    contents[f"src/{package}/py.typed"] = ""
    return dict(sorted(contents.items()))


def _check_names(name: str, module: str) -> None:
    """Refuse a name whose classes would hide what the module imports: a strategy named 'strategy'."""
    tree = ast.parse(module)
    imported = {
        each.asname or each.name for node in tree.body if isinstance(node, ast.ImportFrom) for each in node.names
    }
    hidden = sorted(imported & {node.name for node in tree.body if isinstance(node, ast.ClassDef)})
    if hidden:
        raise ConfigError(f"A plugin named '{name}' would have a class {hidden[0]}, which exists. Choose another name.")


def _filled(template: Traversable, values: Mapping[str, str]) -> str:
    return Template(template.read_text(encoding="utf-8")).substitute(values)


def _core_version() -> str:
    try:
        return importlib.metadata.version("forexai-core")
    except importlib.metadata.PackageNotFoundError:  # run from a source tree that was never installed
        return "0"


def _write(target: Path, contents: Mapping[str, str]) -> None:
    """Write all files, or none: a folder beside the target takes its place once it is complete."""
    draft = target.parent / f".{target.name}.new"
    try:
        draft.mkdir(parents=True)
        try:
            for path, content in contents.items():
                file = draft / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content, encoding="utf-8", newline="\n")
            if target.exists():  # empty, or it would have been refused
                target.rmdir()
            draft.replace(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as problem:
        raise ConfigError(f"{target} cannot be written: {problem.strerror} ({problem.filename}).") from problem
