"""Registering, signing in and out, second factors and passwords, over HTTP."""

from __future__ import annotations

from world import ORIGIN, PASSWORD, Browser, code_of

from forexai_saas.storage.ids import new_id

SIGNED_OUT = (401, "session.ended")


def test_from_registering_to_signing_out_everywhere(world):
    browser = world.browser()
    browser.email = f"grace.{new_id().hex}@example.org"
    asked = {"email": browser.email, "password": PASSWORD, "name": "Grace Hopper", "language": "id"}
    assert browser.post("/auth/register", asked).status_code == 202
    assert code_of(browser.sign_in()) == (403, "sign-in.unverified")
    (mail,) = world.mails_to(browser.email)
    assert mail["Subject"] == "Konfirmasi alamat surel Anda"
    assert "http://127.0.0.1:8765/#/verify?token=" in mail.get_content()
    token = world.token_to(browser.email)
    assert code_of(browser.post("/auth/verify-email", {"token": token, "password": "another one"})) == (
        403,
        "link.password",
    )
    assert browser.post("/auth/verify-email", {"token": token, "password": PASSWORD}).status_code == 204
    assert code_of(browser.post("/auth/verify-email", {"token": token, "password": PASSWORD})) == (410, "link.refused")

    answer = browser.sign_in()
    assert answer.json()["second_factor"] == "done"
    assert not {"access_token", "refresh_token", "pending_token"} & set(answer.json())
    line = answer.headers.get_list("set-cookie")[0]
    assert line.startswith("forexai-session=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in line.split(";")}
    assert answer.headers["cache-control"] == "no-store"
    me = browser.get("/users/me").json()
    assert (me["email"], me["name"], me["language"], me["second_factor"]) == (
        browser.email,
        "Grace Hopper",
        "id",
        False,
    )

    world.pass_time(1)
    other = world.browser()
    other.email = browser.email
    assert other.sign_in().status_code == 200
    listed = browser.get("/auth/sessions").json()["items"]
    assert [each["current"] for each in listed] == [False, True]
    carried_off = dict(other.cookies)
    assert other.post("/auth/logout-everywhere").json() == {"sessions": 2}
    assert other.cookies == {}
    other.cookies = carried_off
    for each in (browser, other):
        assert code_of(each.get("/users/me")) == SIGNED_OUT


def test_registering_tells_nobody_whether_an_address_is_known(world):
    ada = world.person()
    asked = {"email": ada.email, "password": "another long one", "name": "Mallory"}
    known = world.browser().post("/auth/register", asked)
    fresh = world.browser().post("/auth/register", asked | {"email": f"new.{new_id().hex}@example.org"})
    assert (known.status_code, known.content) == (fresh.status_code, fresh.content)
    assert world.mails_to(ada.email)[-1]["Subject"] == "You have an account already"
    assert code_of(world.browser().sign_in("another long one", ada.email)) == (401, "sign-in.refused")
    assert code_of(world.browser().sign_in(PASSWORD, "nobody@example.org")) == (401, "sign-in.refused")


def test_a_second_factor_is_needed_and_taken_once(world):
    ada = world.person()
    app, codes = ada.enrol()
    assert len(codes) == 10
    assert ada.get("/users/me").json()["second_factor"] is True
    phone = world.browser()
    phone.email = ada.email
    answer = phone.sign_in()
    assert answer.json()["second_factor"] == "required"
    assert set(phone.cookies) == {"forexai-pending"}
    assert code_of(phone.get("/users/me")) == SIGNED_OUT
    phone.cookies["forexai-session"] = phone.cookies["forexai-pending"]
    assert code_of(phone.get("/users/me")) == SIGNED_OUT
    del phone.cookies["forexai-session"]
    assert code_of(phone.post("/auth/second-factor", {"code": "000000"})) == (403, "second-factor.wrong")
    code = phone.code(app)
    pending = dict(phone.cookies)
    assert phone.post("/auth/second-factor", {"code": code}).json()["second_factor"] == "done"
    assert set(phone.cookies) == {"forexai-session"}
    assert phone.get("/users/me").status_code == 200
    again = world.browser()
    again.cookies = pending
    assert code_of(again.post("/auth/second-factor", {"code": codes[0]})) == SIGNED_OUT
    again.email = ada.email
    again.sign_in()
    assert code_of(again.post("/auth/second-factor", {"code": code})) == (403, "second-factor.wrong")
    assert again.post("/auth/second-factor", {"code": codes[0]}).status_code == 200
    assert again.get("/users/me/stats").json() == {"sessions": 3, "tenants": 1, "recovery_codes_left": 9}
    world.pass_time(60)
    assert again.post("/auth/2fa/disable", {"password": PASSWORD, "code": again.code(app)}).status_code == 204
    assert again.get("/users/me").json()["second_factor"] is False


def test_a_native_client_refreshes_and_a_token_that_comes_twice_ends_the_session(world):
    ada, program = world.person(), Browser(world, headers={})
    grant = program.post("/auth/login", {"email": ada.email, "password": PASSWORD, "native": True}).json()
    assert program.cookies == {}
    bearer = {"Authorization": f"Bearer {grant['access_token']}"}
    assert program.get("/users/me", headers=bearer).json()["email"] == ada.email
    following = program.post("/auth/refresh", {"refresh_token": grant["refresh_token"]}).json()
    assert code_of(program.get("/users/me", headers=bearer)) == SIGNED_OUT
    newer = {"Authorization": f"Bearer {following['access_token']}"}
    assert program.get("/users/me", headers=newer).status_code == 200
    assert code_of(program.post("/auth/refresh", {"refresh_token": grant["refresh_token"]})) == (401, "session.reused")
    assert code_of(program.get("/users/me", headers=newer)) == SIGNED_OUT
    assert code_of(program.post("/auth/refresh", {"refresh_token": following["refresh_token"]})) == SIGNED_OUT


def test_a_token_and_a_cookie_do_not_stand_for_each_other(world):
    ada = world.person()
    token = ada.cookies["forexai-session"]
    program = Browser(world, headers={})
    assert code_of(program.get("/users/me", headers={"Authorization": f"Bearer {token}"})) == SIGNED_OUT
    grant = program.post("/auth/login", {"email": ada.email, "password": PASSWORD, "native": True}).json()
    program.cookies = {"forexai-session": grant["access_token"]}
    assert code_of(program.get("/users/me")) == SIGNED_OUT


def test_pages_of_other_sites_change_nothing(world):
    ada = world.person()
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": ORIGIN["Origin"] + ":8765"}):
        assert code_of(ada.post("/auth/logout", headers=headers)) == (403, "origin.refused")
        asked = {"email": ada.email, "password": PASSWORD}
        assert code_of(world.browser().post("/auth/login", asked, headers=headers)) == (403, "origin.refused")
    silent = Browser(world, headers={})
    silent.cookies = ada.cookies
    assert code_of(silent.post("/auth/logout")) == (403, "origin.refused")
    assert ada.get("/users/me").status_code == 200
    assert ada.post("/auth/logout").status_code == 204
    assert code_of(ada.get("/users/me")) == SIGNED_OUT


def test_a_forgotten_password_is_set_by_mail_and_keeps_the_second_factor(world):
    ada = world.person()
    app, _ = ada.enrol()
    unknown = world.browser().post("/auth/forgot-password", {"email": f"no.{new_id().hex}@example.org"})
    known = world.browser().post("/auth/forgot-password", {"email": ada.email})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.json() == {"accepted": True}
    token, fresh = world.token_to(ada.email), "seven green herons"
    assert code_of(ada.post("/auth/reset-password", {"token": token, "password": "short"})) == (422, "password.short")
    assert ada.post("/auth/reset-password", {"token": token, "password": fresh}).status_code == 204
    assert code_of(ada.post("/auth/reset-password", {"token": token, "password": fresh})) == (410, "link.refused")
    assert code_of(ada.get("/users/me")) == SIGNED_OUT
    assert code_of(ada.sign_in()) == (401, "sign-in.refused")
    assert ada.sign_in(fresh).json()["second_factor"] == "required"
    assert ada.post("/auth/second-factor", {"code": ada.code(app)}).status_code == 200
    assert world.mails_to(ada.email)[-1]["Subject"] == "Your password was changed"


def test_changing_a_password_ends_the_other_sessions(world):
    ada, elsewhere = world.person(), world.browser()
    elsewhere.email = ada.email
    elsewhere.sign_in()
    wrong = {"old": "not the one", "new": "seven green herons"}
    assert code_of(ada.post("/auth/change-password", wrong)) == (403, "password.wrong")
    assert ada.post("/auth/change-password", wrong | {"old": PASSWORD}).status_code == 204
    assert ada.get("/users/me").status_code == 200
    assert code_of(elsewhere.get("/users/me")) == SIGNED_OUT


def test_one_session_is_ended_by_its_owner_alone(world):
    ada, mallory = world.person(), world.person()
    session = ada.get("/auth/sessions").json()["items"][0]["id"]
    assert mallory.delete(f"/auth/sessions/{session}").status_code == 404
    assert ada.delete(f"/auth/sessions/{session}").status_code == 204
    assert code_of(ada.get("/users/me")) == SIGNED_OUT


def test_too_many_attempts_are_told_when_to_come_again(world):
    ada = world.person()
    answers = [world.browser().sign_in("wrong one", ada.email) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 900
    world.pass_time(900)
    assert world.browser().sign_in(PASSWORD, ada.email).status_code == 200


def test_a_session_ends_when_it_is_not_used(world):
    ada = world.person()
    world.pass_time(11 * 3_600)
    assert ada.get("/users/me").status_code == 200
    world.pass_time(11 * 3_600)
    assert ada.get("/users/me").status_code == 200
    world.pass_time(13 * 3_600)
    assert code_of(ada.get("/users/me")) == SIGNED_OUT


def test_what_is_not_asked_for_is_refused(world):
    browser = world.browser()
    assert browser.post("/auth/login", {"email": "a@example.org", "pasword": "x"}).status_code == 400
    asked = {"email": "a@example.org", "password": PASSWORD, "name": "A", "platform_admin": True}
    assert browser.post("/auth/register", asked).status_code == 400
    assert code_of(browser.post("/auth/register", asked | {"platform_admin": None})) == (400, "")


def test_somebody_changes_a_name_and_a_language(world):
    ada = world.person()
    assert ada.patch("/users/me", {"name": " Augusta ", "language": "id"}).json()["name"] == "Augusta"
    assert ada.get("/users/me").json()["language"] == "id"
    assert code_of(ada.patch("/users/me", {"name": "  "})) == (422, "name.wrong")
    assert ada.patch("/users/me", {"language": "fr"}).status_code == 400
