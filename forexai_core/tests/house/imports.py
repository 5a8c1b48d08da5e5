"""The graph of imports between the modules of a package, and its circles."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path


def modules_under(source: Path) -> dict[str, Path]:
    """Return the modules below a source folder by their dotted names."""
    found = {}
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def graph(modules: Mapping[str, str]) -> dict[str, set[str]]:
    """Return what each module imports, of the modules given.

    Imports inside functions count, since a circle that waits for its first call is one still; those under
    ``if TYPE_CHECKING`` do not.

    Parameters
    ----------
    modules : Mapping[str, str]
        Text of each module by dotted name; a package has the name of its folder.
    """
    return {name: _imports(name, ast.parse(text), modules) - {name} for name, text in modules.items()}


def circles(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the groups of modules that import one another in a circle (strongly connected components, by Tarjan)."""
    state = _Search(edges)
    for name in sorted(edges):
        if name not in state.index:
            state.visit(name)
    return sorted(sorted(found) for found in state.found)


class _Search:
    def __init__(self, edges: Mapping[str, Iterable[str]]) -> None:
        self.edges = edges
        self.index: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.stack: list[str] = []
        self.found: list[list[str]] = []

    def visit(self, name: str) -> None:
        self.index[name] = self.low[name] = len(self.index)
        self.stack.append(name)
        for target in sorted(self.edges.get(name, ())):
            if target not in self.index:
                self.visit(target)
                self.low[name] = min(self.low[name], self.low[target])
            elif target in self.stack:
                self.low[name] = min(self.low[name], self.index[target])
        if self.low[name] == self.index[name]:
            place = self.stack.index(name)
            component, self.stack = self.stack[place:], self.stack[:place]
            if len(component) > 1:
                self.found.append(component)


def _imports(name: str, tree: ast.Module, modules: Mapping[str, str]) -> set[str]:
    targets: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            targets.update(alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            targets.update(_from_import(node.module, node.names, modules))
        elif isinstance(node, ast.ImportFrom) and node.level:
            message = f"{name}: relative import on line {node.lineno}; write the whole name"
            raise ValueError(message)
        waiting.extend(ast.iter_child_nodes(node))
    return targets


def _from_import(module: str, names: list[ast.alias], modules: Mapping[str, str]) -> set[str]:
    submodules = {f"{module}.{alias.name}" for alias in names}.intersection(modules)
    # A name that is not a submodule comes from the package's own file.
    own = {module} if module in modules and len(submodules) < len(names) else set()
    return submodules | own
