"""The built web page, where there is one."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from litestar import MediaType, Response, Router, get
from litestar.static_files import create_static_files_router

from reference_app.http.permissions import PUBLIC
from reference_app.settings import AppSettings

__all__ = ["find_page", "page_routes"]

_INSTALLED = "page"
_MISSING = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>ForexAI</title></head>
<body><h1>ForexAI</h1><p>The server runs; its web page has not been built. In a source checkout:
<code>nox -s page</code>.</p>
<p><a href="/health">Health</a> · <a href="/api/v1/plugins">Plugins</a> · <a href="/openapi.json">OpenAPI</a></p>
</body></html>
"""


def find_page(settings: AppSettings) -> Path | None:
    """Give the folder of the built page: the one that is set, or the one that the package carries."""
    place = settings.page or Path(str(files("reference_app"))) / _INSTALLED
    return place if (place / "index.html").is_file() else None


@get("/", opt={PUBLIC: True}, include_in_schema=False, media_type=MediaType.HTML)
async def tell_missing() -> Response[str]:
    """Say that the page has not been built."""
    return Response(_MISSING, media_type=MediaType.HTML)


def page_routes(settings: AppSettings) -> Router:
    """Serve the page, or say that it is missing."""
    folder = find_page(settings)
    if folder is None:
        return Router("/", route_handlers=[tell_missing])
    return create_static_files_router("/", [folder], html_mode=True, opt={PUBLIC: True}, name="page")
