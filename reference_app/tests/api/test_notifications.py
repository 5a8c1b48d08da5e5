"""Notices over HTTP: listed in their reader's language, read, and told as their person chose."""

from __future__ import annotations

from uuid import UUID

from world import code_of

from forexai_core.ports.notifier import NoticeLevel
from forexai_saas.storage.scopes import Scope

FILLED = {"account": "main", "reason": "loss of the day"}


def tell(world, person, key, code="connection.back", level=NoticeLevel.INFO, *, mail=False, **values):
    async def put():
        async with world.accounts.on.database.writing(Scope(user_id=UUID(person.user_id))) as session:
            given = values or {"account": "main"}
            return await world.accounts.board.put(session, key, code, level=level, values=given, mail=mail)

    return world.run(put)


def test_notices_are_listed_in_pages_in_the_readers_language_and_read(world):
    ada, other = world.person(), world.person()
    for number in range(3):
        assert tell(world, ada, f"k{number}", account=f"a{number}")
    first = ada.get("/notifications?limit=2").json()
    rest = ada.get(f"/notifications?limit=2&cursor={first['next_cursor']}").json()
    assert [each["title"] for each in (*first["items"], *rest["items"])] == [
        f"Connection to a{number} is back" for number in (2, 1, 0)
    ]
    assert (first["unread"], "next_cursor" in rest) == (3, False)
    assert {each["read_ns"] for each in first["items"]} == {None}
    assert other.get("/notifications").json() == {"items": [], "unread": 0}
    assert other.post("/notifications/read", {}).json() == {"marked": 0, "unread": 0}
    newest, second = (each["id"] for each in first["items"])
    assert ada.post("/notifications/read", {"only": newest}).json() == {"marked": 1, "unread": 2}
    assert ada.post("/notifications/read", {"up_to": second}).json() == {"marked": 2, "unread": 0}
    assert ada.post("/notifications/read", {}).json() == {"marked": 0, "unread": 0}
    assert ada.get("/notifications/unread").json() == {"unread": 0}
    ada.patch("/users/me", {"language": "id"})
    assert ada.get("/notifications?limit=1").json()["items"][0]["title"] == "Koneksi ke a2 pulih"
    assert code_of(ada.get("/notifications?cursor=nonsense")) == (400, "cursor.wrong")


def test_whoever_makes_a_key_is_told_of_it_here_and_by_mail(world):
    ada = world.person()
    asked = {"name": "Reports", "scopes": ["tenant:data:read"]}
    assert ada.post(f"/tenants/{ada.tenant_id}/api-keys", asked).status_code == 201
    (notice,) = ada.get("/notifications").json()["items"]
    assert (notice["code"], notice["level"]) == ("key.made", "warning")
    assert notice["text"] == "Ada Lovelace made the key Reports. If you do not know of it, revoke it."
    assert world.mails_to(ada.email)[-1]["Subject"] == "A key was made: Reports"


def test_what_is_chosen_of_a_topic_holds_from_the_next_notice_on(world):
    ada, other = world.person(), world.person()
    listed = {each["topic"]: each for each in ada.get("/notifications/preferences").json()["items"]}
    assert set(listed) >= {"trade", "order", "risk", "signal", "connection", "plan", "account", "key", "report"}
    assert "mail" not in listed
    assert listed["trade"] == {"topic": "trade", "unread": True, "mail": None, "needed": False}
    before = len(world.mails_to(ada.email))
    quiet = {"unread": False, "mail": True}
    chosen = ada.send("PUT", "/notifications/preferences/connection", quiet)
    assert chosen.json() == {"topic": "connection", **quiet, "needed": False}
    assert tell(world, ada, "quiet")
    assert not tell(world, ada, "quiet")
    shown = ada.get("/notifications").json()
    assert (shown["unread"], len(shown["items"])) == (0, 1)
    assert shown["items"][0]["read_ns"] is not None
    assert len(world.mails_to(ada.email)) == before + 1
    assert tell(world, ada, "loud", level=NoticeLevel.CRITICAL)
    assert ada.get("/notifications/unread").json() == {"unread": 1}
    ada.send("PUT", "/notifications/preferences/risk", {"unread": True, "mail": False})
    assert tell(world, ada, "halt", "risk.halted", NoticeLevel.CRITICAL, mail=True, **FILLED)
    assert len(world.mails_to(ada.email)) == before + 2  # `quiet` and `loud`, and not `halt`
    assert all(each["unread"] for each in other.get("/notifications/preferences").json()["items"])
    ada.send("PUT", "/notifications/preferences/connection", {"unread": True})
    listed = {each["topic"]: each for each in ada.get("/notifications/preferences").json()["items"]}
    assert (listed["connection"]["mail"], listed["risk"]["mail"]) == (None, False)


def test_what_warns_of_others_cannot_be_switched_off(world):
    ada = world.person()
    place = "/notifications/preferences"
    for wrong in ({"unread": False}, {"unread": True, "mail": False}):
        assert code_of(ada.send("PUT", f"{place}/key", wrong)) == (409, "notice.needed")
    assert ada.send("PUT", f"{place}/key", {"unread": True, "mail": True}).status_code == 200
    for wrong in ("mail", "nothing", "key.made"):
        assert code_of(ada.send("PUT", f"{place}/{wrong}", {"unread": True})) == (404, "notice.topic")
