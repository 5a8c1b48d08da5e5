"""What administrators of the platform see and do, and nobody else: with a second factor, and a fresh one to change."""

from __future__ import annotations

import pytest
from described_routes import closed, example_of, filled
from world import API, PASSWORD, Browser, code_of, invited

from forexai_core.cli import main
from forexai_saas.accounts.administrators import Administrators
from forexai_saas.storage.ids import new_id
from reference_app.http.permissions import ADMIN

WHY = {"reason": "ticket 12"}
MISSING, FACTOR = (403, "permission.missing"), (403, "second-factor.needed")
STEP_UP, OUT = (403, "step-up.needed"), (401, "session.ended")


def appoint(world, person, *, admin=True):
    async def work():
        return await Administrators(world.accounts.on).appoint(person.email, admin=admin)

    return world.run(work)


def administrator(world):
    """Give somebody who administers the platform, with a code of the authenticator shown just now."""
    person = world.person()
    person.authenticator, _ = person.enrol()
    assert appoint(world, person)
    return person


def step_up(person):
    person.world.pass_time(60)
    assert person.post("/auth/2fa/check", {"code": person.code(person.authenticator)}).status_code == 204


def admin_routes(world):
    found = [each for each in closed(world.app) if ADMIN in each[2]]
    assert len(found) >= 12
    return found


def ask(world, person, method, path):
    body = example_of(world.app, method, path)
    return person.send(method, filled(path, str(new_id())).removeprefix(API), body)


def listed(person, path):
    """Give every item of a list, page by page."""
    items, cursor = [], ""
    while True:
        page = person.get(f"{path}?limit=3{cursor}").json()
        assert len(page["items"]) <= 3
        items += page["items"]
        if "next_cursor" not in page:
            return items
        cursor = f"&cursor={page['next_cursor']}"


def actions(person):
    records = person.get(f"/tenants/{person.tenant_id}/audit?limit=200").json()["items"]
    return [each["action"] for each in reversed(records)]


def test_no_route_answers_anybody_but_an_administrator(world):
    owner = world.person()
    key = owner.post(f"/tenants/{owner.tenant_id}/api-keys", {"name": "All", "scopes": ["tenant:data:read"]}).json()[
        "key"
    ]
    program = Browser(world, headers={"Authorization": f"Bearer {key}"})
    for method, path, _ in admin_routes(world):
        assert code_of(ask(world, owner, method, path)) == MISSING, (method, path)
        assert code_of(ask(world, program, method, path)) == MISSING, (method, path)
    assert appoint(world, owner)
    assert not appoint(world, owner)
    for method, path, _ in admin_routes(world):
        assert code_of(ask(world, owner, method, path)) == FACTOR, (method, path)
        assert code_of(ask(world, program, method, path)) == MISSING, (method, path)
    owner.authenticator, _ = owner.enrol()
    step_up(owner)
    world.pass_time(301)
    for method, path, opt in admin_routes(world):
        answer = ask(world, owner, method, path)
        if opt[ADMIN] == "changes":
            assert code_of(answer) == STEP_UP, (method, path)
        else:
            assert answer.status_code in {200, 404}, (method, path, answer.text)
    step_up(owner)
    for method, path, _ in admin_routes(world):
        assert ask(world, owner, method, path).status_code in {200, 404}, (method, path)
    assert appoint(world, owner, admin=False)
    assert code_of(owner.get("/admin/users")) == MISSING
    assert actions(owner).count("administrator.appointed") == 1
    assert actions(owner).count("administrator.dismissed") == 1


def test_people_and_tenants_are_listed_a_page_at_a_time_each_once(world):
    admin, others = administrator(world), [world.person() for _ in range(3)]
    people, tenants = listed(admin, "/admin/users"), listed(admin, "/admin/tenants")
    assert len({each["id"] for each in people}) == len(people)
    assert [each["id"] for each in people] == sorted(each["id"] for each in people)
    by_id = {each["id"]: each for each in people}
    for person in others:
        shown = by_id[person.user_id]
        assert (shown["email"], shown["state"], shown["verified"]) == (person.email, "active", True)
        assert shown["tenants"] == [person.tenant_id]
        tenant = next(each for each in tenants if each["id"] == person.tenant_id)
        assert (tenant["owners"], tenant["members"], tenant["standing"]) == ([person.user_id], 1, "free")
        assert tenant == admin.get(f"/admin/tenants/{person.tenant_id}").json()
    assert by_id[admin.user_id]["platform_admin"] is True
    assert by_id[admin.user_id]["second_factor"] is True
    wanted = others[0].email.upper()
    assert [each["id"] for each in admin.get(f"/admin/users?email={wanted}").json()["items"]] == [others[0].user_id]
    assert admin.get("/admin/users?email=nobody@example.org").json() == {"items": []}
    assert code_of(admin.get("/admin/users?email=nobody")) == (422, "email.wrong")
    assert admin.get(f"/admin/users/{others[1].user_id}").json() == by_id[others[1].user_id]
    assert code_of(admin.get(f"/admin/users/{new_id()}")) == (404, "user.unknown")
    assert code_of(admin.get(f"/admin/tenants/{new_id()}")) == (404, "tenant.unknown")


def test_whoever_is_suspended_is_out_at_once_and_comes_back_by_signing_in(world):
    admin, person, program = administrator(world), world.person(), Browser(world, headers={})
    grant = program.post("/auth/login", {"email": person.email, "password": PASSWORD, "native": True}).json()
    asked = {"name": "Reads", "scopes": ["tenant:data:read"]}
    key = person.post(f"/tenants/{person.tenant_id}/api-keys", asked).json()["key"]
    place = f"/admin/users/{person.user_id}"
    for wrong in ({"reason": " "}, {"reason": "a\nb"}):
        assert code_of(admin.post(f"{place}/suspend", wrong)) == (422, "admin.reason")
    assert admin.post(f"{place}/suspend", WHY).json() == {"changed": True}
    assert admin.post(f"{place}/suspend", WHY).json() == {"changed": False}
    assert code_of(person.get("/users/me")) == OUT
    for token in (grant["access_token"], key):
        headers = {"Authorization": f"Bearer {token}"}
        assert program.get(f"/tenants/{person.tenant_id}/members", headers=headers).status_code == 401
    assert program.post("/auth/refresh", {"refresh_token": grant["refresh_token"]}).status_code == 401
    assert code_of(world.browser().sign_in(email=person.email)) == (401, "sign-in.refused")
    assert world.browser().post("/auth/forgot-password", {"email": person.email}).status_code == 202
    assert world.mails_to(person.email)[-1]["Subject"] == "A key was made: Reads"
    assert admin.get(place).json()["state"] == "suspended"
    assert admin.post(f"{place}/unsuspend", WHY).json() == {"changed": True}
    assert admin.post(f"{place}/unsuspend", WHY).json() == {"changed": False}
    assert code_of(person.get("/users/me")) == OUT
    assert person.sign_in().status_code == 200
    told = person.get(f"/tenants/{person.tenant_id}/audit?limit=200").json()["items"]
    (suspended,) = [each for each in told if each["action"] == "account.suspended"]
    assert (suspended["actor"], suspended["subject_id"]) == ("platform", person.user_id)
    assert suspended["details"] == {"reason": "ticket 12", "sessions": 2}
    assert "account.restored" in [each["action"] for each in told]
    own = admin.get(f"/tenants/{admin.tenant_id}/audit").json()["items"]
    (mine,) = [each for each in own if each["action"] == "platform.suspend-user"]
    assert (mine["actor_id"], mine["subject_id"]) == (admin.user_id, person.user_id)
    for verb in ("suspend", "unsuspend"):
        assert code_of(admin.post(f"/admin/users/{admin.user_id}/{verb}", WHY)) == (409, "admin.oneself")
        assert code_of(admin.post(f"/admin/users/{new_id()}/{verb}", WHY)) == (404, "user.unknown")


def test_a_suspended_tenant_is_seen_and_changes_nothing_until_it_is_restored(world):
    admin, owner, viewer = administrator(world), world.person(), world.person()
    assert invited(owner, "viewer", viewer).status_code == 200
    step_up(admin)
    place, inside = f"/admin/tenants/{owner.tenant_id}", f"/tenants/{owner.tenant_id}"
    asked = {"name": "Reads", "scopes": ["tenant:data:read"]}
    key = owner.post(f"{inside}/api-keys", asked).json()["key"]
    assert admin.post(f"{place}/suspend", WHY).json() == {"changed": True}
    assert admin.post(f"{place}/suspend", WHY).json() == {"changed": False}
    shown = admin.get(place).json()
    assert (shown["state"], shown["standing"], shown["holds"]) == ("suspended", "suspended", ["ticket 12"])
    refused = (403, "tenant.suspended")
    assert owner.get(f"{inside}/members").status_code == 200
    assert code_of(owner.post(f"{inside}/api-keys", asked)) == refused
    assert code_of(owner.patch(f"{inside}/members/{viewer.user_id}", {"role": "trader"})) == refused
    assert code_of(owner.post(f"{inside}/invitations", {"email": "a@example.org", "role": "viewer"})) == refused
    program = Browser(world, headers={"Authorization": f"Bearer {key}"})
    assert program.get(f"{inside}/members").status_code == 200
    assert owner.post(f"{inside}/audit/verify", {}).json()["sound"] is True
    assert viewer.post(f"{inside}/leave").status_code == 204
    plan = owner.get("/billing/plan").json()
    assert (plan["reduce_only"], plan["holds"]) == (True, ["ticket 12"])
    (notice,) = [each for each in owner.get("/notifications").json()["items"] if each["code"] == "plan.suspended"]
    assert (notice["level"], "ticket 12" in notice["text"]) == ("critical", True)
    assert world.mails_to(owner.email)[-1]["Subject"] == "Your account is suspended"
    assert viewer.get("/notifications/unread").json() == {"unread": 0}
    assert admin.post(f"{place}/unsuspend", WHY).json() == {"changed": True}
    assert admin.post(f"{place}/unsuspend", WHY).json() == {"changed": False}
    assert owner.get("/billing/plan").json()["state"] == "free"
    assert owner.post(f"{inside}/api-keys", asked).status_code == 201
    step_up(admin)
    assert admin.post(f"{place}/suspend", {"reason": "again"}).json() == {"changed": True}
    assert owner.get("/billing/plan").json()["holds"] == ["again"]
    assert admin.post(f"{place}/unsuspend", WHY).json() == {"changed": True}
    assert [each for each in actions(owner) if each.startswith("tenant.")] == [
        "tenant.suspended",
        "tenant.restored",
    ] * 2
    own = admin.get(f"/tenants/{admin.tenant_id}/audit").json()["items"]
    assert [each["details"]["tenant"] for each in own if each["action"] == "platform.suspend-tenant"] == [
        owner.tenant_id
    ] * 2


def test_logs_are_proved_and_shown_without_what_is_personal(world):
    admin, owner = administrator(world), world.person()
    place = f"/admin/tenants/{owner.tenant_id}/audit"
    own = owner.get(f"/tenants/{owner.tenant_id}/audit").json()["items"]
    seen = admin.get(place).json()["items"]
    assert [(each["number"], each["actor"]) for each in seen] == [(each["number"], each["actor"]) for each in own]
    assert any(each["personal"] for each in own)
    assert all((each["personal"], each["actor_id"], each["subject_id"]) == (None, None, None) for each in seen)
    first = admin.get(f"{place}?limit=2").json()
    rest = admin.get(f"{place}?limit=100&cursor={first['next_cursor']}").json()
    assert first["items"] + rest["items"] == seen
    head = admin.post(f"{place}/verify", {}).json()
    assert (head["sound"], head["records"]) == (True, len(own))
    assert admin.post(f"{place}/verify", {"head": head["head"]}).json()["sound"] is True
    chains = {each["tenant_id"]: each for each in listed(admin, "/admin/audit")}
    assert chains[owner.tenant_id] == {"tenant_id": owner.tenant_id, "sound": True, "records": len(own), "broken": None}
    assert all(each["sound"] for each in chains.values())


def test_how_the_platform_is(world):
    admin = administrator(world)
    found = admin.get("/admin/health").json()
    kind = "sqlite" if world.accounts.on.lookups._plain is not None else "postgresql"
    assert (found["status"], found["database"], found["left_out"]) == ("ok", kind, [])
    assert found["answers_ms"] > 0
    world.mails_to(admin.email)
    due = admin.get("/admin/health").json()["mails_due"]
    world.browser().post("/auth/forgot-password", {"email": admin.email})
    assert admin.get("/admin/health").json()["mails_due"] == due + 1


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_the_command_line_appoints_and_dismisses(world, capsys):
    person = world.person()
    person.enrol()
    home = ["--home", str(world.home)]
    for more, told in (
        ([], "an administrator of the platform now"),
        ([], "an administrator of the platform already"),
        (["--dismiss"], "no administrator of the platform now"),
    ):
        assert main(["db", "admin", person.email.upper(), *more, *home]) == 0
        assert told in capsys.readouterr().out
        assert person.get("/admin/health").status_code == (403 if more else 200)
    assert main(["db", "admin", "nobody@example.org", *home]) == 2
    assert "no such person" in capsys.readouterr().err
