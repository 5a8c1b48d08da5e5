"""Tenancy in the query layer: SQL is written so that rows of others do not exist for it.

Every statement of the application is rendered by the compiler made here, on SQLite and PostgreSQL alike. Wherever a
table that has owners is read, at whatever depth (join, subquery, CTE, alias, RETURNING, UPDATE ... FROM), the
compiler writes ``(SELECT * FROM orders WHERE orders.tenant_id = :tenant) AS orders`` in its place, as a security
barrier view would. UPDATE and DELETE get the condition; INSERT gets the owner's key itself, and no statement may
name it. The owner is the transaction's, never the statement's; where there is none, the condition is on NULL and
holds for no row. What cannot be watched is refused: raw SQL, tables that nobody declared, compiled objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import TextClause

from forexai_saas.errors import ScopeError
from forexai_saas.storage.scopes import NOBODY, Belonging, Owner, Scope, TableScopes

__all__ = ["SPEAKING", "check_statement", "give_defaults", "scoped_compiler"]

SPEAKING: ContextVar[Scope] = ContextVar("forexai_scope", default=NOBODY)
"""For whom the statement speaks that is rendered now. Set from the connection before each, never by callers."""

_PLAIN = frozenset({"*", "1"})
"""What SQLAlchemy itself writes as text: ``count(*)`` and ``SELECT 1`` within EXISTS."""


def _tenant() -> UUID | None:
    return SPEAKING.get().tenant_id


def _user() -> UUID | None:
    return SPEAKING.get().user_id


_OWNERS: MappingProxyType[Owner, Callable[[], UUID | None]] = MappingProxyType(
    {Owner.TENANT: _tenant, Owner.USER: _user}
)
_BINDS = MappingProxyType(
    {
        owner: sa.bindparam(f"forexai_{owner.value}", callable_=present, type_=sa.Uuid())
        for owner, present in _OWNERS.items()
    }
)


def give_defaults(metadata: sa.MetaData, scopes: TableScopes) -> None:
    """Have rows be inserted with the key of the owner for whom the transaction speaks."""
    for table in metadata.tables.values():
        known = scopes.find(table.name)
        if known is None or known.owner is Owner.OPEN:
            continue
        column = table.columns[known.column]
        if column.info.get(_FILLED) != known.owner:
            column.default = None
            sa.ColumnDefault(_FILLERS[known.owner])._set_parent(column)  # noqa: SLF001 - as Column(default=...) does
            column.info[_FILLED] = known.owner


_FILLED = "forexai_filled"


def _fill_tenant() -> UUID:
    return _present(Owner.TENANT)


def _fill_user() -> UUID:
    return _present(Owner.USER)


def _present(owner: Owner) -> UUID:
    key = _OWNERS[owner]()
    if key is None:
        raise ScopeError(f"This transaction speaks for no {owner.value}, so no row of one can be added.")
    return key


_FILLERS = MappingProxyType({Owner.TENANT: _fill_tenant, Owner.USER: _fill_user})


def check_statement(statement: Any) -> None:
    """Let pass only what the compiler will render.

    Raises
    ------
    ScopeError
        If it is raw SQL, DDL, or compiled beforehand.
    """
    if not isinstance(statement, sa.SelectBase | sa.sql.dml.UpdateBase | sa.sql.functions.FunctionElement):
        raise ScopeError(
            f"A {type(statement).__name__} cannot be run here, since nobody can tell whose rows it reaches. "
            "Write it with select, insert, update or delete."
        )
    if isinstance(statement, TextClause | sa.sql.selectable.TextualSelect):
        raise ScopeError("Raw SQL cannot be run here, since nobody can tell whose rows it reaches. Use select().")


if TYPE_CHECKING:
    # Its methods are not typed in SQLAlchemy, and some are of the dialects alone.
    _Compiler: Any = SQLCompiler
else:
    _Compiler = SQLCompiler


class _ScopedCompiler(_Compiler):  # type: ignore[misc]
    """What is common to the compilers of all dialects; see :func:`scoped_compiler`."""

    scopes: TableScopes

    def visit_table(self, table: Any, *, asfrom: bool = False, iscrud: bool = False, **kw: Any) -> str:
        written = str(super().visit_table(table, asfrom=asfrom, iscrud=iscrud, **kw))
        if not asfrom:
            return written
        known = self._known(table)
        if iscrud or known.owner is Owner.OPEN:
            return written
        bind = self.process(_BINDS[known.owner])
        column = self.preparer.quote(known.column)
        barrier = f"(SELECT * FROM {written} WHERE {written}.{column} = {bind})"  # noqa: S608 - quoted names only
        alias = kw.get("enclosing_alias")
        return barrier if alias is not None and alias.element is table else f"{barrier} AS {written}"

    def visit_insert(self, insert_stmt: Any, visited_bindparam: Any = None, visiting_cte: Any = None, **kw: Any) -> str:
        known = self._known(insert_stmt.table)
        if known.owner is not Owner.OPEN:
            self._check_names(insert_stmt, known)
            if visiting_cte is not None or insert_stmt._select_names:  # noqa: SLF001 - no public way to ask
                raise ScopeError(f"Rows of {known.table} are added from values, not from a SELECT or inside a CTE.")
        text = super().visit_insert(insert_stmt, visited_bindparam, visiting_cte, **kw)
        if known.owner is not Owner.OPEN and not any(column.name == known.column for column in self.insert_prefetch):
            raise ScopeError(
                f"Rows of {known.table} would be added without their owner. Insert into the table that was declared."
            )
        return str(text)

    def visit_update(self, update_stmt: Any, visiting_cte: Any = None, **kw: Any) -> str:
        known = self._changing(update_stmt.table)
        if known.owner is not Owner.OPEN:
            self._check_names(update_stmt, known)
            update_stmt = update_stmt.where(_own_rows(update_stmt.table, known))
        return str(super().visit_update(update_stmt, visiting_cte, **kw))

    def visit_delete(self, delete_stmt: Any, visiting_cte: Any = None, **kw: Any) -> str:
        known = self._changing(delete_stmt.table)
        if known.owner is not Owner.OPEN:
            delete_stmt = delete_stmt.where(_own_rows(delete_stmt.table, known))
        return str(super().visit_delete(delete_stmt, visiting_cte, **kw))

    def visit_on_conflict_do_update(self, on_conflict: Any, **kw: Any) -> str:
        known = self._changing(self.stack[-1]["selectable"].table)
        if known.owner is not Owner.OPEN:
            targets = {getattr(each, "name", each) for each in on_conflict.inferred_target_elements or ()}
            changed = {getattr(each, "name", each) for each, *_ in _pairs(on_conflict.update_values_to_set)}
            if known.column not in targets or known.column in changed:
                raise ScopeError(
                    f"ON CONFLICT on {known.table} could change a row of somebody else. "
                    f"Name a key that holds {known.column}, and leave {known.column} as it is."
                )
        return str(super().visit_on_conflict_do_update(on_conflict, **kw))

    def visit_textclause(self, textclause: Any, add_to_result_map: Any = None, **kw: Any) -> str:
        self._check_text(textclause.text)
        return str(super().visit_textclause(textclause, add_to_result_map, **kw))

    def visit_tstring(self, tstring: Any, add_to_result_map: Any = None, **kw: Any) -> str:  # noqa: ARG002
        raise ScopeError("Raw SQL cannot stand here, since nobody can tell whose rows it reaches.")

    def visit_column(self, column: Any, *rest: Any, **kw: Any) -> str:
        if column.is_literal:
            self._check_text(column.name)
        return str(super().visit_column(column, *rest, **kw))

    def _known(self, table: Any) -> Belonging:
        known = None
        if isinstance(table, sa.TableClause) and table.schema is None:
            known = self.scopes.find(table.name)
        if known is None:
            raise ScopeError(f"Nobody declared to whom the rows of {table} belong, so they cannot be reached.")
        return known

    def _changing(self, table: Any) -> Belonging:
        known = self._known(table)
        if known.append_only:
            raise ScopeError(f"Rows of {known.table} are added and read, never changed or deleted.")
        return known

    def _check_text(self, text: str) -> None:
        if text not in _PLAIN:
            raise ScopeError(f"Raw SQL ({text!r:.60}) cannot stand here: nobody can tell whose rows it reaches.")

    def _check_names(self, statement: Any, known: Belonging) -> None:
        named: set[Any] = set(self.column_keys or ()) if not self.stack else set()
        for values in (statement._values or {}, *_rows(statement._multi_values)):  # noqa: SLF001 - no public way to ask
            named |= {getattr(key, "key", key) for key in values}
        if known.column in named:
            raise ScopeError(
                f"A statement sets {known.table}.{known.column}. Leave it out: the transaction says whose rows."
            )


def _rows(multi_values: Any) -> Iterable[dict[Any, Any]]:
    return (row for rows in multi_values or () for row in rows if isinstance(row, dict))


def _pairs(values: Any) -> Iterable[tuple[Any, Any]]:
    return values.items() if isinstance(values, dict) else values


def _own_rows(table: Any, known: Belonging) -> sa.ColumnElement[bool]:
    own: sa.ColumnElement[bool] = table.c[known.column] == _BINDS[known.owner]
    return own


def scoped_compiler(compiler: type[SQLCompiler], scopes: TableScopes) -> type[SQLCompiler]:
    """Make the compiler of an engine from that of its dialect."""
    return type(f"Scoped{compiler.__name__}", (_ScopedCompiler, compiler), {"scopes": scopes})
