"""Conformance suites of the ports of `Services`: what every implementation, embedded or grown, has to pass.

A suite is a class of pytest tests whose fixtures are yours to give::

    class TestMyBlobs(BlobsSuite):
        @pytest.fixture
        def blobs(self, tmp_path):
            return MyBlobs(tmp_path)

        @pytest.fixture
        def another(self, tmp_path):
            return lambda: MyBlobs(tmp_path)

``another`` opens the same storage once more, as a second process or a restart does. Asynchronous suites carry the
mark of ``pytest-asyncio``.
"""

from __future__ import annotations

import importlib.util

from forexai_core.errors import ConfigError

_MISSING = [name for name in ("pytest", "pytest_asyncio") if importlib.util.find_spec(name) is None]
if _MISSING:
    raise ConfigError(
        f"The conformance suites of the ports need {' and '.join(_MISSING)}: pip install 'forexai-core[testing]'."
    )
