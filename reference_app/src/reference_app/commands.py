"""The commands that the application adds to ``forexai``."""

from __future__ import annotations

from typing import Any

__all__ = ["DatabaseCommands", "HomeCommands", "ServeCommand"]


class ServeCommand:
    """The command that serves the application."""

    def add_to(self, app: Any) -> None:
        """Add it to a ``typer.Typer``."""
        # Slow to load, and not needed by who only lists commands.
        from reference_app.serve_command import serve

        app.command("serve", epilog="Example: forexai serve --port 8080 --home trading")(serve)


class DatabaseCommands:
    """The commands about the platform's tables."""

    def add_to(self, app: Any) -> None:
        """Add the group to a ``typer.Typer``."""
        # Slow to load: SQLAlchemy and Alembic.
        from reference_app.database_commands import database_app

        app.add_typer(database_app, name="db")


class HomeCommands:
    """The commands about the home."""

    def add_to(self, app: Any) -> None:
        """Add the group to a ``typer.Typer``."""
        # Slow to load: the services and the database.
        from reference_app.home_commands import home_app

        app.add_typer(home_app, name="home")
