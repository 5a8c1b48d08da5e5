"""A broken part of the application for each rule of parts."""

from __future__ import annotations

from types import SimpleNamespace

import attrs
from plugin_proofs.making import around

from forexai_core.ports.app import AppParts, Mount


def parts_with(change):
    """Change what is brought: ``change(parts)``."""
    return lambda module: around(module.OFFER, parts=lambda sound: change(sound.parts()))


def first_route(**changes):
    """Change the first route."""

    def change(parts):
        first, *others = parts.routes
        return attrs.evolve(parts, routes=(attrs.evolve(first, **changes), *others))

    return parts_with(change)


def tables(**columns):
    """Tables as SQLAlchemy keeps them: by name, with the names of their columns."""
    return SimpleNamespace(
        tables={name: SimpleNamespace(columns=dict.fromkeys(names)) for name, names in columns.items()}
    )


def blocking(note_id):
    return {"text": note_id}


UNTOLD = Mount(path="/soundapp/door", make=lambda hosts: None, ways_in="")


BROKEN = {
    "brings-something": parts_with(lambda parts: AppParts(permissions=parts.permissions)),
    "routes-carry-permissions": first_route(permission=""),
    "names-are-its-own": first_route(path="/orders/{note_id}"),
    "names-are-given-once": parts_with(lambda parts: attrs.evolve(parts, jobs=parts.jobs * 2)),
    "paths-are-plain": first_route(path="/soundapp/Notes/{note_id}"),
    "handlers-are-coroutines": first_route(handler=blocking),
    "reading-changes-nothing": first_route(mutates=True),
    "jobs-end": parts_with(lambda parts: attrs.evolve(parts, jobs=(attrs.evolve(parts.jobs[0], timeout_s=0.0),))),
    "rows-belong-to-tenants": parts_with(
        lambda parts: attrs.evolve(parts, tables=tables(soundapp_notes=("id", "text")))
    ),
    "mounts-say-who-gets-in": parts_with(lambda parts: attrs.evolve(parts, mounts=(UNTOLD,))),
    "tables-have-migrations": parts_with(
        lambda parts: attrs.evolve(parts, tables=tables(soundapp_notes=("id", "tenant_id")))
    ),
}
