"""The process that answers requests loads no compiled code and no data frames."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import json, sys
from litestar.testing import TestClient
from reference_app.asgi import create_app
from reference_app.settings import AppSettings

with TestClient(create_app(AppSettings(allowed_hosts=("testserver.local",)))) as client:
    kinds = {each["kind"] for each in client.get("/api/v1/plugins").json()["items"]}
    codes = [client.get(path).status_code for path in ("/health", "/readiness", "/openapi.json", "/api/v1/users/me")]
    status = client.get("/health").json()["status"]
    heavy = {"numba", "llvmlite", "pandas", "scipy", "pyarrow", "lightgbm", "sklearn"} & set(sys.modules)
    print(json.dumps([sorted(kinds), codes, status, sorted(heavy)]))
"""


def test_requests_are_answered_without_numba_or_pandas():
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, timeout=600)
    kinds, codes, status, heavy = json.loads(done.stdout.splitlines()[-1])
    assert {"strategy", "data", "billing", "app"} <= set(kinds)
    assert codes == [200, 200, 200, 401]
    assert (status, heavy) == ("ok", [])
