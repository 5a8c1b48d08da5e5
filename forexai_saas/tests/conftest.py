"""Both databases, for whichever test asks for one."""

from __future__ import annotations

import pytest
import pytest_asyncio
from account_desk import desk_on
from databases import made_place, store_at

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)]


@pytest.fixture(params=KINDS)
def kind(request):
    """Name of the database."""
    return request.param


@pytest.fixture
def place(kind):
    """A database with its tables, shared by all tests."""
    return made_place(kind)


@pytest_asyncio.fixture
async def store(place):
    """The shared database, opened."""
    opened = store_at(place)
    yield opened
    await opened.close()


@pytest.fixture
def desk(store):
    """Every account service on the database."""
    return desk_on(store)
