"""The application with people in it: on a database of either kind, a clock that the test sets, mails in a folder."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from uuid import UUID

import pyotp
from assembled import HOST
from databases import place_of
from litestar.testing import TestClient
from metering import DAY_NS, HandClock

from forexai_core.plugins import discover
from forexai_core.services import embedded_services
from forexai_saas.accounts.settings import AccountSettings
from forexai_saas.billing.fact_book import FactBook
from forexai_saas.billing.facts import Granted
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from reference_app.asgi import create_app
from reference_app.mail_delivery import MAILS
from reference_app.schema import PLATFORM_SCHEMA
from reference_app.settings import AppSettings

PASSWORD = "nine brown otters"
ORIGIN = {"Origin": f"http://{HOST}"}
API = "/api/v1"
LIGHT = AccountSettings(password_memory_kib=8, password_passes=1)


@cache
def postgres():
    """Give a server with the application's tables, one for a whole run; tests use people of their own."""
    folder = Path(tempfile.mkdtemp(prefix="forexai-app-database-"))

    async def make():
        place = await place_of("postgresql", folder)
        await place.upgrade(scopes=PLATFORM_SCHEMA.scopes, branches=PLATFORM_SCHEMA.branches)
        return place

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, make()).result()


class World:
    """An application that runs, and its mail folder."""

    def __init__(self, home, kind="sqlite", plugins=(), **settings):
        self.clock, self.home = HandClock(), home
        chosen = {"allowed_hosts": (HOST,), "home": home, "requests_a_minute": 1_000_000, "accounts": LIGHT} | settings
        if kind == "postgresql":
            chosen["database"] = postgres().application.url.render_as_string(hide_password=False)
        self.app = create_app(
            AppSettings(**chosen),
            plugins=discover(plugins, entry_points=False),
            services=embedded_services(home, clock=self.clock),
        )
        self.root = TestClient(self.app)
        self.accounts = self.app.state.accounts

    def __enter__(self):
        self.root.__enter__()
        # Mails go out when a test asks, and not beside it.
        self.run(self.app.state.postman.stop)
        self.run(self.app.state.trading.runner.stop)
        return self

    def __exit__(self, *problem):
        return self.root.__exit__(*problem)

    def run(self, function, *given):
        """Run a coroutine function in the application's own loop."""
        return self.root.blocking_portal.call(function, *given)

    def browser(self):
        """Open a browser: cookies of its own, on the application that runs."""
        return Browser(self)

    def pass_time(self, seconds):
        self.clock.time_ns += round(seconds * 1e9)

    def mails_to(self, address):
        """Deliver what is due, and give the mails to an address, the oldest first."""
        self.run(self.accounts.post_room.drain)
        found = []
        for file in sorted((self.home / MAILS).glob("*.eml")):  # by name, which is in the order of time
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            if message["To"] == address:
                found.append(message)
        return found

    def token_to(self, address):
        """Give the token of the newest mail to an address."""
        return re.search(r"token=([\w-]+)", self.mails_to(address)[-1].get_content())[1]

    def grant(self, person, plan):
        """Give a person's tenant a plan for a year."""
        book, now_ns = FactBook(self.clock, self.accounts.on.audit), self.clock.now_ns()

        async def write():
            async with self.accounts.on.database.writing(Scope(tenant_id=UUID(person.tenant_id))) as session:
                fact = Granted(grant=plan, plan=plan, start_ns=now_ns, stop_ns=now_ns + 365 * DAY_NS)
                await book.record(session, fact, source="test", key=plan)

        self.run(write)

    def person(self):
        """Register somebody, prove the address, and sign in."""
        self.pass_time(180)  # as many register from one address in an hour as may
        browser = self.browser()
        browser.email = f"ada.{new_id().hex}@example.org"
        asked = {"email": browser.email, "password": PASSWORD, "name": "Ada Lovelace"}
        assert browser.post("/auth/register", asked).status_code == 202
        proof = {"token": self.token_to(browser.email), "password": PASSWORD}
        assert browser.post("/auth/verify-email", proof).status_code == 204
        assert browser.sign_in().status_code == 200
        browser.user_id = browser.get("/users/me").json()["id"]
        browser.tenant_id = browser.get("/tenants").json()["items"][0]["id"]
        return browser


class Browser:
    """A browser, or with ``headers`` a program; what it sends carries the page's origin."""

    def __init__(self, world, headers=ORIGIN):
        self.world, self.cookies, self.headers = world, {}, headers

    def send(self, method, path, body=None, *, headers=None):
        root = self.world.root
        root.cookies.clear()
        root.cookies.update(self.cookies)
        full = path if path.startswith("//") else API + path
        answer = root.request(method, full.replace("//", "/"), json=body, headers=self.headers | (headers or {}))
        self.cookies = {**self.cookies, **dict(answer.cookies)}
        for line in answer.headers.get_list("set-cookie"):
            if "Max-Age=0" in line:
                self.cookies.pop(line.partition("=")[0], None)
        root.cookies.clear()
        return answer

    def get(self, path, **more):
        return self.send("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.send("POST", path, body, **more)

    def delete(self, path, **more):
        return self.send("DELETE", path, **more)

    def put(self, path, body, **more):
        return self.send("PUT", path, body, **more)

    def patch(self, path, body, **more):
        return self.send("PATCH", path, body, **more)

    def sign_in(self, password=PASSWORD, email=None):
        return self.post("/auth/login", {"email": email or self.email, "password": password})

    def enrol(self):
        """Make a second factor; give the authenticator and the recovery codes."""
        secret = self.post("/auth/2fa/enrol", {"password": PASSWORD}).json()["secret"]
        app = pyotp.HOTP(secret)
        codes = self.post("/auth/2fa/confirm", {"code": self.code(app)}).json()["codes"]
        self.world.pass_time(60)
        return app, codes

    def code(self, app):
        return app.at(self.world.clock.time_ns // (30 * 10**9))


def code_of(answer):
    """Give status and code of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json().get("code", "")


def invited(owner, role, person):
    """Have a person join an owner's tenant."""
    asked = {"email": person.email, "role": role}
    made = owner.post(f"/tenants/{owner.tenant_id}/invitations", asked)
    assert made.status_code == 201, made.text
    return person.post("/tenants/join", {"token": owner.world.token_to(person.email)})
