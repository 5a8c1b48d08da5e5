"""The rules of the house that no ready-made tool checks, as functions from source text to slips.

Each takes a module's text and returns what breaks the rule, a line each; none reads files or knows this repository.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping

MODULE_LINES = 400
FUNCTION_LINES = 40
VAGUE_NAMES = frozenset(
    {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc", "tools"}
)

type_of_function = (ast.FunctionDef, ast.AsyncFunctionDef)


def long_module(text: str, limit: int = MODULE_LINES) -> list[str]:
    """Return a slip when a module has more lines than the limit."""
    count = len(text.splitlines())
    return [f"{count} lines, at most {limit}: split it by subject"] if count > limit else []


def function_lengths(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each function's dotted name, first line and length in lines of code.

    The length runs from ``def`` to the last line of the body, without the docstring, blank lines and comment lines.
    A function inside another counts for both.
    """
    silent = _silent_lines(text)
    for name, node in _functions(ast.parse(text), ""):
        docstring = _docstring_lines(node)
        last = node.end_lineno or node.lineno
        code = [line for line in range(node.lineno, last + 1) if line not in silent and line not in docstring]
        yield name, node.lineno, len(code)


def long_functions(text: str, allowed: Mapping[str, int] | None = None, limit: int = FUNCTION_LINES) -> list[str]:
    """Return the functions longer than the limit, or than what ``allowed`` grants each by its dotted name."""
    granted = allowed or {}
    return [
        f"line {line}: {name} has {length} lines of code, at most {granted.get(name, limit)}"
        for name, line, length in function_lengths(text)
        if length > granted.get(name, limit)
    ]


def unexplained_imports(text: str) -> list[str]:
    """Return the imports inside functions that no comment explains.

    The comment stands on the import's line or on the lines right above it; one comment serves a block of imports.
    """
    comments = _comment_lines(text)
    inner = {
        node.lineno: node
        for _, function in _functions(ast.parse(text), "")
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    ends = {node.end_lineno: start for start, node in inner.items()}
    slips = []
    for start in sorted(inner):
        first = start
        while first - 1 in ends:
            first = ends[first - 1]
        block = range(first, (inner[start].end_lineno or start) + 1)
        if first - 1 not in comments and not any(line in comments for line in block):
            slips.append(f"line {start}: import inside a function without a comment that says why")
    return slips


def environment_reads(text: str) -> list[str]:
    """Return the places that read environment variables."""
    slips = []
    for node in ast.walk(ast.parse(text)):
        attribute = isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"}
        imported = isinstance(node, ast.ImportFrom) and any(a.name in {"environ", "getenv"} for a in node.names)
        if attribute or imported:
            slips.append(f"line {getattr(node, 'lineno', 0)}: reads the environment; take a setting instead")
    return slips


def vague_name(module: str) -> list[str]:
    """Return a slip when a part of a module's dotted name says nothing about what lives there."""
    vague = VAGUE_NAMES.intersection(module.split("."))
    return [f"module name {module}: {', '.join(sorted(vague))} tells nothing; name the subject"] if vague else []


def imported_packages(text: str) -> dict[str, int]:
    """Return the top-level packages that a module imports anywhere, each with its first line."""
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.setdefault(alias.name.partition(".")[0], node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.setdefault(node.module.partition(".")[0], node.lineno)
    return found


def leaks(text: str) -> list[str]:
    """Return the lines that name a place of one machine or a package host."""
    # Written in parts, so that this file is not a slip of its own rule.
    machine = re.compile(r"(?<![\w.])/(?:" + "|".join(("root", "ho" + "me", "Users", "work", "farm")) + r")/\w")
    host = re.compile(r"(?:index" + r"-url|files\.pythonho" + r"sted|registry\s*=\s*\W?https?:|\"resolved\"\s*:)")
    return [
        f"line {number}: {'path of a machine' if machine.search(line) else 'package host'}"
        for number, line in enumerate(text.splitlines(), 1)
        if machine.search(line) or host.search(line)
    ]


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, type_of_function):
            yield prefix + child.name, child
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> range:
    if ast.get_docstring(node, clean=False) is None:
        return range(0)
    first = node.body[0]
    return range(first.lineno, (first.end_lineno or first.lineno) + 1)


def _comment_lines(text: str) -> set[int]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    # A directive to a tool is no reason.
    directive = re.compile(r"#\s*(noqa|type:|pyright:|ruff:|pragma:)[^#]*$")
    return {t.start[0] for t in tokens if t.type == tokenize.COMMENT and not directive.match(t.string)}


def _silent_lines(text: str) -> set[int]:
    return {
        number for number, line in enumerate(text.splitlines(), 1) if not line.strip() or line.lstrip().startswith("#")
    }
