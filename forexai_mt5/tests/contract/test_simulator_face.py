"""The face of the simulator is that of the official package: names, values, fields; and of the stubs others wrote.

The official wheel is for Windows and is only read here. ``nox -s mt5_face`` fetches it, and says where it lies in
``FOREXAI_MT5_WHEELS``; without it these tests are skipped.
"""

from __future__ import annotations

import ast
import os
import zipfile
from pathlib import Path

import pytest

import forexai_mt5.simulator as mt5
from forexai_mt5.simulator.face.client import FUNCTIONS
from forexai_mt5.terms import constants, structures, symbol_structure
from forexai_mt5.terms.structure import Structure

STRUCTURES: dict[str, type[Structure]] = {
    name: getattr(module, name) for module in (structures, symbol_structure) for name in module.__all__
}
FIELD_COUNTS = {
    "AccountInfo": 28, "TerminalInfo": 22, "Tick": 8, "TradePosition": 19, "TradeOrder": 24, "TradeDeal": 18,
    "TradeRequest": 17, "OrderSendResult": 11, "OrderCheckResult": 9, "BookInfo": 4, "SymbolInfo": 96,
}  # fmt: skip
EXTRAS = {
    "AcceleratedClock", "AccountSettings", "Client", "Fault", "Policies", "Program", "QuotedMarket", "Symbol",
    "Terminal", "install", "installed", "reference_symbols",
}  # fmt: skip
"""What the simulator has besides."""


def number_of(node: ast.expr) -> int:
    """Read a number that may be written as ``1 | 0x4000``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return number_of(node.left) | number_of(node.right)
    return ast.literal_eval(node)


def values_of(source: str) -> dict[str, int]:
    """Read the constants of a module's source."""
    found = {}
    for node in ast.parse(source).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and target.id.isupper() and value is not None:
            found[target.id] = number_of(value)
    return found


def own_constants() -> dict[str, int]:
    return {name: value for name, value in vars(constants).items() if name.isupper()}


def wheel(kind: str) -> zipfile.ZipFile:
    folder = os.environ.get("FOREXAI_MT5_WHEELS", "")
    found = sorted(Path(folder).glob(f"{kind}-*.whl")) if folder else []
    if not found:
        pytest.skip(f"there is no wheel of {kind} here: nox -s mt5_face fetches it")
    return zipfile.ZipFile(found[-1])


@pytest.fixture
def official() -> zipfile.ZipFile:
    return wheel("metatrader5")


@pytest.fixture
def stubs() -> str:
    return wheel("metatrader5_stubs").read("MetaTrader5-stubs/__init__.pyi").decode()


def test_there_are_223_constants_and_32_functions() -> None:
    assert len(own_constants()) == 223
    assert len(set(FUNCTIONS)) == 32
    for name in (*own_constants(), *FUNCTIONS, *STRUCTURES):
        assert hasattr(mt5, name)
    assert {name: kind.n_fields for name, kind in STRUCTURES.items()} == FIELD_COUNTS


def test_the_module_has_no_other_public_names_than_it_says() -> None:
    classes_and_functions = {name for name, value in vars(mt5).items() if not name.startswith("_") and callable(value)}
    assert classes_and_functions == {*FUNCTIONS, *STRUCTURES, *EXTRAS, "Buy", "Sell", "Close"}


def test_the_constants_are_those_of_the_official_package(official: zipfile.ZipFile) -> None:
    source = official.read("MetaTrader5/__init__.py").decode()
    assert own_constants() == values_of(source)
    assert f"__version__ = '{mt5.__version__}'" in source


def test_the_functions_and_fields_are_those_of_the_official_library(official: zipfile.ZipFile) -> None:
    library = next(name for name in official.namelist() if name.endswith(".pyd"))
    text = official.read(library)
    for name in FUNCTIONS:
        assert name.encode() + b"\0" in text
    for kind in STRUCTURES.values():
        for field in kind.__match_args__:
            # Names of up to three letters are too short to be found in a library without doubt.
            assert field.encode() + b"\0" in text


def test_the_texts_are_those_of_the_official_library(official: zipfile.ZipFile) -> None:
    library = next(name for name in official.namelist() if name.endswith(".pyd"))
    text = official.read(library)
    for said in ("Terminal: Invalid params", "No IPC connection", "IPC timeout", "Unnamed arguments not allowed",
                 'Invalid "type_filling" argument', "Invalid 2nd unnamed argument", "Invalid number of arguments",
                 "Auto-Trading using Python API disabled in Terminal"):  # fmt: skip
        assert said.encode() + b"\0" in text


def test_the_constants_are_those_of_the_stubs(stubs: str) -> None:
    values = values_of(stubs)
    assert len(values) == 223
    assert own_constants() == values


def test_the_fields_are_those_of_the_stubs(stubs: str) -> None:
    classes = {node.name: node for node in ast.parse(stubs).body if isinstance(node, ast.ClassDef)}
    known = set(classes) & set(STRUCTURES)
    assert {"TradePosition", "TradeOrder", "Tick", "OrderSendResult", "TerminalInfo"} <= known
    for name in known:
        fields = {
            each.target.id: ast.unparse(each.annotation)
            for each in classes[name].body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        }
        own = {field: str(kind) for field, kind in STRUCTURES[name].__annotations__.items()}
        assert list(fields) == list(own), name
        assert fields == own, name


def test_the_functions_of_the_stubs_are_there(stubs: str) -> None:
    names = {node.name for node in ast.parse(stubs).body if isinstance(node, ast.FunctionDef)}
    assert names <= set(FUNCTIONS)
