"""Every route, asked by nobody, by each role, by strangers: generated from the routes that there are."""

from __future__ import annotations

from uuid import uuid4

import pytest
from described_routes import closed, document_of, example_of, filled, routes_of
from world import API, Browser, code_of, invited

from forexai_saas.accounts.roles import PERMISSIONS, Role
from reference_app.http.callers import TENANT_HEADER
from reference_app.http.permissions import ADMIN, PERMISSION, PUBLIC, SIGNED_IN

ANYBODY = {
    ("GET", "/health"),
    ("GET", "/readiness"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/"),
    ("GET", "/api/v1/plugins"),
    ("POST", "/api/v1/auth/register"),
    ("POST", "/api/v1/auth/verify-email"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/second-factor"),
    ("POST", "/api/v1/auth/refresh"),
    ("POST", "/api/v1/auth/forgot-password"),
    ("POST", "/api/v1/auth/reset-password"),
    ("POST", "/api/v1/auth/login-link"),
}


def test_only_listed_routes_are_for_anybody(world):
    found = {(method, path) for method, path, handler in routes_of(world.app) if handler.opt.get(PUBLIC) is True}
    assert {each for each in found if "{" not in each[1]} <= ANYBODY
    for _, _, opt in closed(world.app):
        admin = opt.get(ADMIN) in {"reads", "changes"}
        assert admin or opt.get(SIGNED_IN) is True or opt.get(PERMISSION) in PERMISSIONS


def test_nobody_gets_an_answer_without_being_signed_in(world):
    asked = closed(world.app)
    assert len(asked) > 15
    for method, path, _ in asked:
        full = filled(path, str(uuid4())).removeprefix(API)
        body = example_of(world.app, method, path)
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Bearer fxk_nonsense"}):
            answer = Browser(world).send(method, full, body, headers=headers)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"] == "Bearer"
        world.pass_time(15)  # so that there is never one wrong key too many for an address


def test_a_stranger_finds_no_tenant_whatever_the_role_at_home(world):
    owner, stranger = world.person(), world.person()
    asked = [each for each in closed(world.app) if PERMISSION in each[2]]
    assert {method for method, _, _ in asked} >= {"GET", "POST", "PATCH", "DELETE"}
    for method, path, _ in asked:
        body = example_of(world.app, method, path)
        here = filled(path, owner.tenant_id).removeprefix(API)
        nowhere = filled(path, str(uuid4())).removeprefix(API)
        at_owners, at_nobodys = {TENANT_HEADER: owner.tenant_id}, {TENANT_HEADER: str(uuid4())}
        refused = stranger.send(method, here, body, headers=at_owners)
        missing = stranger.send(method, nowhere, body, headers=at_nobodys)
        assert code_of(refused) == code_of(missing) == (404, "tenant.unknown"), (method, path)
        assert {**refused.json(), "instance": ""} == {**missing.json(), "instance": ""}
    assert owner.get(f"/tenants/{owner.tenant_id}/api-keys").json() == {"items": []}
    assert len(owner.get(f"/tenants/{owner.tenant_id}/members").json()["items"]) == 1


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_each_role_may_what_it_may_and_no_more(world, role):
    owner, member = world.person(), world.person()
    assert invited(owner, role, member).status_code == 200
    asked = sorted(closed(world.app), key=lambda each: each[1].endswith("/leave"))  # whoever has left is a stranger
    for method, path, opt in asked:
        if PERMISSION not in opt:
            continue
        body = example_of(world.app, method, path)
        full, named = filled(path, owner.tenant_id).removeprefix(API), {TENANT_HEADER: owner.tenant_id}
        answer = member.send(method, full, body, headers=named)
        if Role(role) in PERMISSIONS[opt[PERMISSION]].roles:
            assert answer.status_code in {200, 201, 204, 404}, (method, path, answer.text)
            assert answer.json().get("code") != "permission.missing" if answer.content else True
        else:
            assert code_of(answer) == (403, "permission.missing"), (method, path)


def test_every_route_is_described_with_its_permission_and_its_refusals(world):
    document = document_of(world.app)
    shown = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    own = {(method, path) for method, path, handler in routes_of(world.app) if handler.resolve_include_in_schema()}
    assert shown == own
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert operation["summary"], path


def test_every_example_of_the_description_is_taken(world):
    for method, path, handler in routes_of(world.app):
        if not handler.resolve_include_in_schema() or method == "GET":
            continue
        body = example_of(world.app, method, path)
        answer = world.browser().send(method, filled(path, str(uuid4())).removeprefix(API), body)
        # Refused for what it asks, not for how it is written.
        assert answer.status_code != 400, (method, path, answer.text)
