"""One running application for each module and database."""

from __future__ import annotations

import pytest
from world import World

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)]


@pytest.fixture(scope="module", params=KINDS)
def world(request, tmp_path_factory):
    """An application that runs."""
    with World(tmp_path_factory.mktemp("home"), request.param) as running:
        yield running
