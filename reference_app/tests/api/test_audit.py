"""The audit log over HTTP: whatever changes accounts, tenants or their security stands in it, and it proves itself."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

from world import PASSWORD, Browser, World, code_of, invited

from forexai_saas.storage.ids import new_id
from reference_app.features.login_links.links import make_login_link

MISSING = (403, "permission.missing")


def told(owner):
    """Give all records of an owner's tenant, the oldest first."""
    items, cursor = [], ""
    while True:
        page = owner.get(f"/tenants/{owner.tenant_id}/audit?limit=7{cursor}").json()
        items += page["items"]
        if "next_cursor" not in page:
            return items[::-1]
        cursor = f"&cursor={page['next_cursor']}"


def test_everything_that_changes_an_account_or_a_tenant_is_told_in_its_log(world):
    owner, other = world.person(), world.person()
    place = f"/tenants/{owner.tenant_id}"
    begun = len(told(owner))

    def did(answer, status, *actions):
        nonlocal begun
        assert answer.status_code == status, answer.text
        records = told(owner)[begun:]
        begun += len(records)
        assert [each["action"] for each in records] == list(actions)
        return answer

    did(owner.patch("/users/me", {"name": "Augusta", "language": "id"}), 200, "account.changed")
    did(owner.patch("/users/me", {}), 200)
    app, _ = owner.enrol()
    begun += 1
    assert told(owner)[-1]["action"] == "factor.confirmed"
    did(owner.post("/auth/2fa/check", {"code": owner.code(app)}), 204, "factor.shown")
    world.pass_time(60)
    did(owner.post("/auth/2fa/check", {"code": "000000"}), 403, "factor.refused")
    did(owner.post("/auth/2fa/codes", {"code": owner.code(app)}), 200, "factor.codes-renewed")
    world.pass_time(60)
    did(owner.post("/auth/2fa/disable", {"password": PASSWORD, "code": owner.code(app)}), 204, "factor.removed")
    did(owner.sign_in("not the password"), 401, "sign-in.refused")
    did(owner.post("/auth/change-password", {"old": "x", "new": "seven green herons"}), 403, "password.refused")
    asked = {"old": PASSWORD, "new": "seven green herons"}
    did(owner.post("/auth/change-password", asked), 204, "password.changed")
    did(owner.sign_in("seven green herons"), 200, "sign-in.done")
    session = next(each for each in owner.get("/auth/sessions").json()["items"] if not each["current"])
    did(owner.delete(f"/auth/sessions/{session['id']}"), 204, "session.ended")
    did(world.browser().post("/auth/forgot-password", {"email": owner.email}), 202, "password.reset-asked")
    reset = {"token": world.token_to(owner.email), "password": "five red foxes"}
    assert owner.post("/auth/reset-password", reset).status_code == 204
    did(owner.sign_in("five red foxes"), 200, "password.reset", "sign-in.done")
    key = did(owner.post(f"{place}/api-keys", {"name": "K", "scopes": ["tenant:data:read"]}), 201, "key.made").json()
    did(owner.delete(f"{place}/api-keys/{key['id']}"), 204, "key.revoked")
    invitation = {"email": f"new.{new_id().hex}@example.org", "role": "viewer"}
    made = did(owner.post(f"{place}/invitations", invitation), 201, "invitation.sent").json()
    did(owner.delete(f"{place}/invitations/{made['id']}"), 204, "invitation.revoked")
    did(invited(owner, "viewer", other), 200, "invitation.sent", "invitation.accepted")
    did(owner.patch(f"{place}/members/{other.user_id}", {"role": "trader"}), 204, "role.changed")
    did(owner.post(f"{place}/transfer", {"user_id": other.user_id}), 204, "tenant.transferred")
    did(other.post(f"{place}/transfer", {"user_id": owner.user_id}), 204, "tenant.transferred")
    did(other.post(f"{place}/leave"), 204, "member.removed")
    assert owner.post("/auth/logout-everywhere").status_code == 200
    did(owner.sign_in("five red foxes"), 200, "session.all-ended", "sign-in.done")
    assert owner.post(f"{place}/audit/verify", {}).json()["sound"] is True


def test_a_demonstrations_sign_in_is_told_too(tmp_path):
    with World(tmp_path, demo=True) as world:
        browser = world.browser()
        token = make_login_link(tmp_path, now_ns=time.time_ns())
        assert browser.post("/auth/login-link", {"token": token}).status_code == 200
        browser.tenant_id = browser.get("/tenants").json()["items"][0]["id"]
        assert [(each["action"], each["details"]["by"]) for each in told(browser)] == [
            ("account.registered", "login-link"),
            ("sign-in.done", "login-link"),
        ]


def test_who_it_was_is_shown_to_owners_and_admins_alone(world):
    owner, admin, trader = world.person(), world.person(), world.person()
    for role, person in (("admin", admin), ("trader", trader)):
        assert invited(owner, role, person).status_code == 200
    place = f"/tenants/{owner.tenant_id}/audit"
    assert code_of(trader.get(place)) == MISSING
    assert code_of(trader.post(f"{place}/verify", {})) == MISSING
    sent, accepted = [each for each in told(owner) if each["action"].startswith("invitation")][:2]
    assert (sent["actor_id"], sent["personal"]) == (owner.user_id, {"address": admin.email})
    assert (accepted["actor_id"], accepted["details"]["role"]) == (admin.user_id, "admin")
    assert owner.user_id not in (sent["actor"], accepted["actor"])
    assert admin.get(place).json()["items"][0]["number"] == len(told(owner))
    for wrong in ("0", "-1", "x", "AZtZ-yRIfMCVhyQ5Zl1vPA"):
        assert code_of(owner.get(f"{place}?cursor={wrong}")) == (400, "cursor.wrong")
    key = owner.post(f"/tenants/{owner.tenant_id}/api-keys", {"name": "Reads", "scopes": ["tenant:data:read"]}).json()[
        "key"
    ]
    assert code_of(Browser(world, headers={"Authorization": f"Bearer {key}"}).get(place)) == MISSING


def test_a_log_proves_itself_against_a_head_that_was_kept(world):
    owner, other = world.person(), world.person()
    verify = f"/tenants/{owner.tenant_id}/audit/verify"
    first = owner.post(verify, {}).json()
    assert (first["sound"], first["broken"], first["records"]) == (True, None, len(told(owner)))
    owner.patch("/users/me", {"name": "Augusta"})
    again = owner.post(verify, {"head": first["head"]}).json()
    assert (again["sound"], again["records"]) == (True, first["records"] + 1)
    theirs = other.post(f"/tenants/{other.tenant_id}/audit/verify", {}).json()["head"]
    forged = first["head"].replace('"number": ', '"number": 9')
    for wrong in ("nonsense", theirs, forged):
        assert code_of(owner.post(verify, {"head": wrong})) == (422, "audit.head")


def test_a_broken_log_is_named_by_its_first_broken_record(tmp_path):
    with World(tmp_path) as world:
        owner = world.person()
        from_outside(world, "UPDATE audit_records SET action = 'sign-in.done' WHERE number = 2", owner.tenant_id)
        found = owner.post(f"/tenants/{owner.tenant_id}/audit/verify", {}).json()
        assert (found["sound"], found["records"], found["broken"]["number"]) == (False, 1, 2)


def from_outside(world, statement, tenant_id):
    """Change the database past the application, as whoever runs it could."""
    with closing(sqlite3.connect(world.home / "platform.sqlite3")) as connection:
        changed = connection.execute(f"{statement} AND tenant_id = ?", (tenant_id.replace("-", ""),))
        assert changed.rowcount == 1
        connection.commit()
