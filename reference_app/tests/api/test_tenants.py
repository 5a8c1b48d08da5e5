"""Members, roles, invitations, and keys for programs, over HTTP."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from world import Browser, code_of, invited

from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.trading.disclosure import Consents, disclosure

MISSING = (403, "permission.missing")


def test_somebody_joins_by_an_invitation_once_and_nobody_else_can(world):
    owner, trader, mallory = world.person(), world.person(), world.person()
    place = f"/tenants/{owner.tenant_id}/invitations"
    made = owner.post(place, {"email": trader.email.upper(), "role": "trader", "language": "id"})
    assert (made.status_code, made.json()["email"], made.json()["role"]) == (201, trader.email, "trader")
    token, mail = world.token_to(trader.email), world.mails_to(trader.email)[-1]
    assert mail["Subject"] == "Anda diundang ke Ada Lovelace"
    assert f"http://127.0.0.1:8765/#/join?token={token}" in mail.get_content()
    assert token not in made.text + owner.get(place).text
    for taker, status in ((mallory, 410), (trader, 200), (trader, 410)):
        assert taker.post("/tenants/join", {"token": token}).status_code == status
    assert {each["role"] for each in trader.get("/tenants").json()["items"]} == {"owner", "trader"}
    members = owner.get(f"/tenants/{owner.tenant_id}/members").json()["items"]
    assert {(each["email"], each["role"]) for each in members} == {(owner.email, "owner"), (trader.email, "trader")}
    assert code_of(invited(owner, "viewer", trader)) == (409, "member.there")
    for wrong in ("nonsense", f"{'0' * 32}.abc", token[:-1]):
        assert code_of(mallory.post("/tenants/join", {"token": wrong})) == (410, "invitation.refused")
    assert owner.post(place, {"email": mallory.email, "role": "viewer"}).status_code == 201
    world.pass_time(7 * 86_400 + 1)
    mallory.sign_in()
    assert code_of(mallory.post("/tenants/join", {"token": world.token_to(mallory.email)})) == (
        410,
        "invitation.refused",
    )


def test_invitations_are_listed_replaced_and_taken_back(world):
    owner, person = world.person(), world.person()
    place = f"/tenants/{owner.tenant_id}/invitations"
    assert owner.get(place).json() == {"items": []}
    addresses = [person.email, *(f"new.{new_id().hex}@example.org" for _ in range(2))]
    for address in addresses:
        assert owner.post(place, {"email": address, "role": "viewer"}).status_code == 201
    first = owner.get(f"{place}?limit=2").json()
    rest = owner.get(f"{place}?limit=2&cursor={first['next_cursor']}").json()
    assert [each["email"] for each in (*first["items"], *rest["items"])] == addresses[::-1]
    assert "next_cursor" not in rest
    older = world.token_to(person.email)
    assert owner.post(place, {"email": person.email, "role": "trader"}).status_code == 201
    assert code_of(person.post("/tenants/join", {"token": older})) == (410, "invitation.refused")
    newest = owner.get(place).json()["items"][0]
    assert (newest["email"], newest["role"]) == (person.email, "trader")
    assert person.delete(f"{place}/{newest['id']}").status_code == 404
    assert owner.delete(f"{place}/{newest['id']}").status_code == 204
    assert owner.delete(f"{place}/{newest['id']}").status_code == 404
    assert code_of(person.post("/tenants/join", {"token": world.token_to(person.email)})) == (
        410,
        "invitation.refused",
    )
    once = {"Idempotency-Key": "invite once"}
    asked = {"email": f"once.{new_id().hex}@example.org", "role": "viewer"}
    answers = [owner.post(place, asked, headers=once).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(world.mails_to(asked["email"])) == 1
    assert code_of(owner.post(place, {"email": "nobody", "role": "viewer"})) == (422, "email.wrong")


def test_a_role_holds_from_the_next_request_on(world):
    owner, other = world.person(), world.person()
    assert invited(owner, "admin", other).status_code == 200
    place = f"/tenants/{owner.tenant_id}"
    asked = {"email": f"new.{new_id().hex}@example.org", "role": "viewer"}
    assert other.post(f"{place}/invitations", asked).status_code == 201
    assert code_of(other.post(f"{place}/invitations", asked | {"role": "owner"})) == MISSING
    assert code_of(other.patch(f"{place}/members/{owner.user_id}", {"role": "viewer"})) == MISSING
    assert code_of(other.delete(f"{place}/members/{owner.user_id}")) == MISSING
    assert code_of(other.post(f"{place}/transfer", {"user_id": other.user_id})) == MISSING
    assert owner.patch(f"{place}/members/{other.user_id}", {"role": "viewer"}).status_code == 204
    assert code_of(other.post(f"{place}/invitations", asked)) == MISSING
    assert other.get(place).json()["role"] == "viewer"
    assert owner.delete(f"{place}/members/{other.user_id}").status_code == 204
    assert code_of(other.get(place)) == (404, "tenant.unknown")
    assert code_of(owner.delete(f"{place}/members/{other.user_id}")) == (404, "member.unknown")


def test_a_tenant_keeps_an_owner(world):
    owner, second = world.person(), world.person()
    place = f"/tenants/{owner.tenant_id}"
    members, last = f"{place}/members", (409, "member.last-owner")
    assert code_of(owner.delete(f"{members}/{owner.user_id}")) == last
    assert code_of(owner.post(f"{place}/leave")) == last
    assert code_of(owner.patch(f"{members}/{owner.user_id}", {"role": "admin"})) == last
    assert invited(owner, "owner", second).status_code == 200
    assert owner.patch(f"{members}/{owner.user_id}", {"role": "trader"}).status_code == 204
    assert code_of(second.delete(f"{members}/{second.user_id}")) == last


def test_anybody_leaves_and_an_owner_hands_the_tenant_over(world):
    owner, viewer = world.person(), world.person()
    place = f"/tenants/{owner.tenant_id}"
    assert invited(owner, "viewer", viewer).status_code == 200
    assert code_of(viewer.post(f"{place}/transfer", {"user_id": viewer.user_id})) == MISSING
    assert code_of(owner.post(f"{place}/transfer", {"user_id": str(new_id())})) == (404, "member.unknown")
    assert owner.post(f"{place}/transfer", {"user_id": owner.user_id}).status_code == 204
    assert owner.get(place).json()["role"] == "owner"
    assert owner.post(f"{place}/transfer", {"user_id": viewer.user_id}).status_code == 204
    assert (viewer.get(place).json()["role"], owner.get(place).json()["role"]) == ("owner", "admin")
    key = owner.post(f"{place}/api-keys", {"name": "Reads", "scopes": ["tenant:data:read"]}).json()["key"]
    bearer = {"Authorization": f"Bearer {key}"}
    assert code_of(Browser(world, headers={}).post(f"{place}/leave", headers=bearer)) == MISSING
    assert owner.post(f"{place}/leave").status_code == 204
    assert code_of(owner.get(place)) == (404, "tenant.unknown")
    assert [each["user_id"] for each in viewer.get(f"{place}/members").json()["items"]] == [viewer.user_id]


def test_members_are_listed_a_page_at_a_time(world):
    owner = world.person()
    for role in ("admin", "trader", "viewer"):
        assert invited(owner, role, world.person()).status_code == 200
    seen, cursor = [], ""
    for _ in range(4):
        page = owner.get(f"/tenants/{owner.tenant_id}/members?limit=1{cursor}").json()
        seen += [each["role"] for each in page["items"]]
        if "next_cursor" not in page:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ["owner", "admin", "trader", "viewer"]
    for query, status in (("limit=0", 400), ("limit=201", 400), ("cursor=nonsense", 400)):
        assert owner.get(f"/tenants/{owner.tenant_id}/members?{query}").status_code == status


def test_a_key_is_shown_once_and_does_no_more_than_its_maker(world):
    owner, program = world.person(), Browser(world, headers={})
    place = f"/tenants/{owner.tenant_id}/api-keys"
    asked = {"name": "Reports", "scopes": ["tenant:data:read"], "life_s": 3600}
    made = owner.post(place, asked).json()
    bearer = {"Authorization": f"Bearer {made['key']}"}
    assert program.get(f"/tenants/{owner.tenant_id}/members", headers=bearer).status_code == 200
    assert code_of(program.get("/users/me", headers=bearer)) == MISSING
    assert code_of(program.get(place, headers=bearer)) == MISSING
    assert code_of(program.get(f"/tenants/{world.person().tenant_id}/members", headers=bearer)) == (
        404,
        "tenant.unknown",
    )
    (listed,) = owner.get(place).json()["items"]
    assert (listed["hint"], listed["name"]) == (made["key"][:10], "Reports")
    assert made["key"] not in owner.get(place).text
    assert code_of(owner.post(place, asked | {"scopes": ["members:all:write"]})) == (422, "api-key.scopes")
    assert code_of(owner.post(place, asked | {"scopes": ["trading:orders:paper"]})) == (422, "api-key.account")
    assert owner.delete(f"{place}/{made['id']}").status_code == 204
    assert code_of(program.get(f"/tenants/{owner.tenant_id}/members", headers=bearer)) == (401, "api-key.refused")
    assert owner.delete(f"{place}/{made['id']}").status_code == 404


def test_keys_of_others_are_for_owners_and_admins(world):
    owner, trader = world.person(), world.person()
    invited(owner, "trader", trader)
    place = f"/tenants/{owner.tenant_id}/api-keys"
    asked = {"name": "Mine", "scopes": ["tenant:data:read"]}
    own, theirs = trader.post(place, asked).json(), owner.post(place, asked).json()
    assert [each["id"] for each in trader.get(place).json()["items"]] == [own["id"]]
    assert len(owner.get(place).json()["items"]) == 2
    assert trader.delete(f"{place}/{theirs['id']}").status_code == 404
    assert owner.delete(f"{place}/{own['id']}").status_code == 204


def test_a_key_for_a_live_account_takes_what_live_trading_takes(world):
    owner = world.person()
    app, _ = owner.enrol()
    tenant_id, user_id = UUID(owner.tenant_id), UUID(owner.user_id)
    identity = world.run(world.accounts.sessions.identify, owner.cookies["forexai-session"])
    accounts, scope = world.accounts.trading, Scope(tenant_id=tenant_id, user_id=user_id)
    live = world.run(partial(accounts.add, tenant_id, identity, name="Live", mode="live"))
    place = f"/tenants/{owner.tenant_id}/api-keys"
    asked = {
        "name": "Live",
        "scopes": ["trading:orders:live"],
        "account_id": str(live),
        "live": True,
        "networks": ["192.0.2.0/24"],
        "life_s": 86_400,
    }
    nobodys = asked | {"account_id": owner.user_id}
    assert code_of(owner.post(place, nobodys)) == (404, "account.unknown")
    assert code_of(owner.post(place, asked | {"live": False})) == (409, "mode.mixed")
    assert code_of(owner.post(place, asked)) == (403, "grant.missing")
    consents = Consents(world.accounts.on)
    world.run(partial(consents.agree, scope, disclosure("en"), address="192.0.2.1"))
    world.run(accounts.grant, tenant_id, identity, live, user_id)
    assert owner.post(place, asked).status_code == 201
    world.pass_time(6 * 60)
    assert code_of(owner.post(place, asked)) == (403, "step-up.needed")
    assert owner.post("/auth/2fa/check", {"code": owner.code(app)}).status_code == 204
    assert owner.post(place, asked).status_code == 201


def test_the_same_request_with_the_same_key_is_done_once(world):
    owner = world.person()
    place, key = f"/tenants/{owner.tenant_id}/api-keys", {"Idempotency-Key": "order 1"}
    asked = {"name": "Once", "scopes": ["tenant:data:read"]}
    first, again = owner.post(place, asked, headers=key), owner.post(place, asked, headers=key)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert len(owner.get(place).json()["items"]) == 1
    assert code_of(owner.post(place, asked | {"name": "Other"}, headers=key)) == (409, "idempotency.other")
    assert code_of(owner.post(place, asked, headers={"Idempotency-Key": "x" * 256})) == (400, "idempotency.key")
    refused = {"Idempotency-Key": "refused"}
    assert code_of(owner.post(place, asked | {"scopes": ["nothing"]}, headers=refused)) == (422, "api-key.scopes")
    assert owner.post(place, asked, headers=refused).status_code == 201
    other = world.person()
    elsewhere = other.post(f"/tenants/{other.tenant_id}/api-keys", asked, headers=key)
    assert (elsewhere.status_code, elsewhere.headers.get("idempotent-replayed")) == (201, None)
    world.pass_time(86_401)
    owner.sign_in()
    assert owner.post(place, asked, headers=key).json()["id"] != first.json()["id"]


def test_an_unfinished_request_is_not_done_a_second_time(world, monkeypatch):
    owner = world.person()
    place, key = f"/tenants/{owner.tenant_id}/api-keys", {"Idempotency-Key": "cut off"}
    asked = {"name": "Cut", "scopes": ["tenant:data:read"]}
    made = []

    async def cut_off(*given):
        made.append(given)
        raise RuntimeError("the process is going down")

    with monkeypatch.context() as patched:
        patched.setattr(type(world.accounts.keys), "make", cut_off)
        assert owner.post(place, asked, headers=key).status_code == 500
    assert len(made) == 1
    assert code_of(owner.post(place, asked, headers=key)) == (409, "idempotency.unfinished")
    assert owner.get(place).json()["items"] == []


def test_who_works_for_several_tenants_says_for_which(world):
    owner, other = world.person(), world.person()
    invited(owner, "viewer", other)
    for tenant in (owner.tenant_id, other.tenant_id):
        assert other.get(f"/tenants/{tenant}").status_code == 200
