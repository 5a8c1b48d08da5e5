"""All tables: those of the platform library, of the application, and those that plugins bring."""

from __future__ import annotations

import attrs
import sqlalchemy as sa

from forexai_core.errors import PluginContractError
from forexai_core.ports.app import AppParts
from forexai_saas.storage.scopes import TableScopes
from forexai_saas.storage.upgrades import PLATFORM_BRANCH, Branch
from reference_app.tables import APP_BRANCH, APP_METADATA

__all__ = ["PLATFORM_SCHEMA", "Schema"]


@attrs.frozen(kw_only=True)
class Schema:
    """All tables, to whom their rows belong, and the revisions that make them.

    Attributes
    ----------
    scopes : TableScopes
        Every table that a statement may name.
    metadata : tuple of MetaData
        Of the application and of plugins.
    branches : tuple of Branch
        Revisions, those of the platform library first.
    """

    scopes: TableScopes = attrs.field(factory=lambda: TableScopes.of_platform().joined_by(APP_METADATA))
    metadata: tuple[sa.MetaData, ...] = (APP_METADATA,)
    branches: tuple[Branch, ...] = (PLATFORM_BRANCH, APP_BRANCH)

    def joined_by(self, prefix: str, parts: AppParts) -> Schema:
        """Add the tables of a part; the same schema where it brings none.

        Parameters
        ----------
        prefix : str
            With which the names of its tables begin.
        parts : AppParts
            What a plugin brings.

        Raises
        ------
        PluginContractError
            If the tables cannot be kept soundly; each reason names the table.
        """
        if parts.tables is None or not parts.tables.tables:
            return self
        if not isinstance(parts.tables, sa.MetaData):
            raise PluginContractError("its tables are no SQLAlchemy MetaData. Define them on one.")
        foreign = sorted(name for name in parts.tables.tables if not name.startswith(f"{prefix}_"))
        if foreign:
            raise PluginContractError(f"the tables {', '.join(foreign)} must begin with '{prefix}_'.")
        if parts.migrations is None or not (parts.migrations / "versions").is_dir():
            raise PluginContractError("it brings tables and no revisions. Name the folder that holds `versions`.")
        if any(branch.name == prefix for branch in self.branches):
            raise PluginContractError(f"there are tables of '{prefix}' already. Choose another prefix.")
        return Schema(
            scopes=self.scopes.joined_by(parts.tables, parts.tenantless),
            metadata=(*self.metadata, parts.tables),
            branches=(*self.branches, Branch(name=prefix, folder=parts.migrations)),
        )


PLATFORM_SCHEMA = Schema()
"""Without any plugin."""
