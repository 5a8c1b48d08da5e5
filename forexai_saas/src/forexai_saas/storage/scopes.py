"""To whom rows belong, and for whom a transaction speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

import attrs
import sqlalchemy as sa

from forexai_core.errors import ConfigError, PluginContractError
from forexai_core.ports.app import TENANT_COLUMN
from forexai_saas.storage.tables import METADATA, OPEN_TABLES

__all__ = ["NOBODY", "Belonging", "Owner", "Scope", "TableScopes"]


_KEY = attrs.validators.optional(attrs.validators.instance_of(UUID))


@attrs.frozen(kw_only=True)
class Scope:
    """For whom a transaction speaks. Rows of others do not exist for it.

    Attributes
    ----------
    tenant_id : UUID or None
        None: no rows of any tenant.
    user_id : UUID or None
        None: no rows of any person.
    """

    tenant_id: UUID | None = attrs.field(default=None, validator=_KEY)
    user_id: UUID | None = attrs.field(default=None, validator=_KEY)


NOBODY = Scope()
"""Speaks for nobody, and sees no row that belongs to anybody."""


class Owner(StrEnum):
    """What kind of owner the rows of a table have."""

    TENANT = "tenant"
    USER = "user"
    OPEN = "open"


@attrs.frozen(kw_only=True)
class Belonging:
    """How rows of a table belong.

    Attributes
    ----------
    column : str
        Holds the owner's key; empty where rows belong to nobody.
    append_only : bool
        Whether the application may only read and add.
    """

    table: str
    owner: Owner
    column: str = ""
    append_only: bool = False


class TableScopes:
    """Every table that statements may name, and to whom its rows belong.

    Parameters
    ----------
    known : mapping of str to Belonging
        By name of the table.
    """

    def __init__(self, known: Mapping[str, Belonging]) -> None:
        self._known = MappingProxyType(dict(known))

    @classmethod
    def of_platform(cls) -> TableScopes:
        """Give those of the platform library."""
        return cls({name: _own(table) for name, table in METADATA.tables.items()})

    def joined_by(self, metadata: sa.MetaData, tenantless: Mapping[str, str] = MappingProxyType({})) -> TableScopes:
        """Add the tables of a plugin.

        Parameters
        ----------
        metadata : sqlalchemy.MetaData
            Its tables.
        tenantless : mapping of str to str
            Those whose rows belong to no tenant, each with its reason.

        Raises
        ------
        PluginContractError
            If a table is here already, or belongs to nobody without a reason, or could hold rows of nobody.
        """
        added = {name: _foreign(table, tenantless) for name, table in metadata.tables.items()}
        twice = sorted(set(added) & set(self._known))
        if twice:
            raise PluginContractError(f"The tables {', '.join(twice)} are there already. Begin names with your prefix.")
        return TableScopes({**self._known, **added})

    def __iter__(self) -> Iterator[Belonging]:
        return iter(self._known.values())

    def find(self, name: str) -> Belonging | None:
        """Give what is known of a table."""
        return self._known.get(name)


def _own(table: sa.Table) -> Belonging:
    owner = Owner(table.info["scope"])
    if (owner is Owner.OPEN) != (table.name in OPEN_TABLES):
        raise ConfigError(f"The table {table.name} belongs to nobody without a reason, or has one for nothing.")
    appended = table.info.get("append_only", False)
    return Belonging(table=table.name, owner=owner, column=table.info.get("column", ""), append_only=appended)


def _foreign(table: sa.Table, tenantless: Mapping[str, str]) -> Belonging:
    if table.schema is not None:
        raise PluginContractError(f"The table {table.fullname} names a schema. Leave it out.")
    if TENANT_COLUMN not in table.columns:
        if not tenantless.get(table.name, "").strip():
            raise PluginContractError(
                f"The table {table.name} has no {TENANT_COLUMN}. Add the column, or name the table in `tenantless`."
            )
        return Belonging(table=table.name, owner=Owner.OPEN)
    if table.columns[TENANT_COLUMN].nullable:
        raise PluginContractError(f"{table.name}.{TENANT_COLUMN} may be empty. Set nullable=False.")
    return Belonging(table=table.name, owner=Owner.TENANT, column=TENANT_COLUMN)
