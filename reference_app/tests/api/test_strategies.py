"""Strategies over HTTP: what plugins offer, and rules that tenants write."""

from __future__ import annotations

from copy import deepcopy
from uuid import UUID

from prices_at_hand import RULES
from world import code_of

from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from reference_app.tables import strategies


def place_of(person):
    return f"/tenants/{person.tenant_id}/strategies"


def named(name, **more):
    return {"rules": RULES | {"name": name} | more}


def test_what_plugins_offer_is_listed_with_its_parameters(world):
    owner = world.person()
    offered = {each["name"]: each for each in owner.get(f"{place_of(owner)}/offered").json()["items"]}
    cross = offered["sma-cross"]["parameters"]
    assert cross["properties"]["fast"]["type"] == "integer"
    assert cross["additionalProperties"] is False
    assert len(offered) >= 8
    schema = owner.get(f"{place_of(owner)}/rules-schema").json()["json_schema"]
    assert schema["title"] == "ForexAI rules, version 1"


def test_every_problem_of_parameters_is_named_with_a_remedy(world):
    owner = world.person()

    def judged(**parameters):
        answer = owner.post(f"{place_of(owner)}/offered/validate", {"name": "sma-cross", "parameters": parameters})
        assert answer.status_code == 200, answer.text
        return {each["place"]: each["message"] for each in answer.json()["problems"]}

    assert judged(fast=10, slow=40) == {}
    found = judged(fast="ten", slo=40)
    assert "'ten'" in found["fast"]
    assert "Did you mean 'slow'?" in found["slo"]
    assert "greater than" in judged(fast=-1)["fast"]
    assert "must be shorter than slow" in judged(fast=40, slow=10)["parameters"]
    unknown = owner.post(f"{place_of(owner)}/offered/validate", {"name": "sma-crosss", "parameters": {}})
    assert unknown.status_code == 404
    assert "sma-cross" in unknown.json()["detail"]


def test_every_problem_of_rules_is_named_by_its_place_with_a_remedy(world):
    owner = world.person()
    wrong = deepcopy(RULES)
    wrong["entry_long"]["direction"] = "abov"
    wrong["stop_los"] = wrong.pop("stop_loss")
    del wrong["name"]
    judged = owner.post(f"{place_of(owner)}/validate", {"rules": wrong})
    assert judged.status_code == 200
    problems = {each["place"]: each["message"] for each in judged.json()["problems"]}
    assert "Did you mean 'above'?" in problems["entry_long.direction"]
    assert "Did you mean 'stop_loss'?" in problems["the document"]
    assert problems["name"] == "is missing."
    assert judged.json()["sound"] is False
    unknown = deepcopy(RULES)
    unknown["entry_long"]["left"]["name"] = "rsii"
    (problem,) = owner.post(f"{place_of(owner)}/validate", {"rules": unknown}).json()["problems"]
    assert problem["place"] == "entry_long.left"
    assert "rsi" in problem["message"]
    refused = owner.post(place_of(owner), {"rules": unknown})
    assert code_of(refused) == (422, "strategy.wrong")
    assert "entry_long.left: " in refused.json()["detail"]


def test_sound_rules_are_read_aloud(world):
    owner = world.person()
    judged = owner.post(f"{place_of(owner)}/validate", {"rules": RULES}).json()
    assert (judged["sound"], judged["problems"]) == (True, [])
    assert "Buy when RSI(14) crosses above 30." in judged["reading"]
    assert judged["warmup_bars"] > 13
    assert owner.get(place_of(owner)).json() == {"items": []}


def test_what_an_author_writes_parts_no_problem_from_another(world):
    owner = world.person()
    wrong = RULES | {"name": "No · name: at all"}
    (problem,) = owner.post(f"{place_of(owner)}/validate", {"rules": wrong}).json()["problems"]
    assert problem["place"] == "name"


def deep_rules(levels):
    deep = '{"kind": "not", "condition": ' * levels + "1" + "}" * levels
    return '{"rules": {"schema_version": 1, "name": "deep", "entry_long": ' + deep + "}}"


def sent_raw(world, person, path, text):
    """Send a body as it is."""
    world.root.cookies.clear()
    world.root.cookies.update(person.cookies)
    headers = {**person.headers, "Content-Type": "application/json"}
    answer = world.root.post(f"/api/v1{path}", content=text.encode(), headers=headers)
    world.root.cookies.clear()
    return answer


def test_rules_that_are_too_deep_or_too_large_are_refused(world):
    owner = world.person()
    place = f"{place_of(owner)}/validate"
    refused = sent_raw(world, owner, place, deep_rules(5_000))
    assert (refused.status_code, refused.json()["detail"]) == (400, "The body of the request is nested too deep.")
    judged = sent_raw(world, owner, place, deep_rules(300))
    assert (judged.status_code, judged.json()["sound"]) == (200, False)
    large = {"rules": RULES | {"description": "x" * 300_000}}
    assert owner.post(place, large).status_code == 413
    assert owner.post(place, {"rules": RULES}).json()["sound"] is True


def test_a_strategy_is_kept_changed_and_removed(world):
    owner = world.person()
    made = owner.post(place_of(owner), {"rules": RULES})
    assert made.status_code == 201, made.text
    kept = made.json()
    here = f"{place_of(owner)}/{kept['id']}"
    assert owner.get(here).json() == kept
    assert (kept["name"], kept["version"], kept["rules"]["entry_long"]["right"]) == ("rsi-reversal", 1, 30)
    changed = owner.put(here, named("rsi-reversal", title="Turns, later") | {"version": 1})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["version"], changed.json()["title"]) == (2, "Turns, later")
    assert code_of(owner.put(here, named("rsi-reversal") | {"version": 1})) == (409, "strategy.changed")
    assert code_of(owner.put(here, {"rules": {}, "version": 2})) == (422, "strategy.wrong")
    (line,) = owner.get(place_of(owner)).json()["items"]
    assert (line["id"], line["version"]) == (kept["id"], 2)
    assert owner.delete(here).status_code == 204
    assert owner.delete(here).status_code == 404
    assert owner.get(here).status_code == 404
    assert owner.put(here, named("rsi-reversal") | {"version": 2}).status_code == 404


def test_a_plan_allows_so_many_and_a_removed_one_makes_room(world):
    owner = world.person()
    kept = owner.post(place_of(owner), named("first")).json()
    refused = owner.post(place_of(owner), named("second"))
    assert refused.status_code == 429
    assert "strateg" in refused.json()["detail"]
    owner.delete(f"{place_of(owner)}/{kept['id']}")
    assert owner.post(place_of(owner), named("second")).status_code == 201
    world.grant(owner, "pro")
    assert code_of(owner.post(place_of(owner), named("second"))) == (409, "strategy.there")
    for number in range(4):
        assert owner.post(place_of(owner), named(f"more-{number}")).status_code == 201
    assert owner.post(place_of(owner), named("one-too-many")).status_code == 429


def test_a_unit_that_a_dead_process_left_behind_is_found(world):
    owner = world.person()
    scope, meter = Scope(tenant_id=UUID(owner.tenant_id)), world.app.state.trading.holdings
    world.run(meter.take, scope, "strategies", new_id(), strategies)
    assert owner.post(place_of(owner), named("first")).status_code == 429
    world.pass_time(301)
    assert owner.post(place_of(owner), named("first")).status_code == 201
    assert owner.post(place_of(owner), named("second")).status_code == 429


def test_the_same_request_twice_makes_one(world):
    owner = world.person()
    key = {"Idempotency-Key": "one strategy"}
    first, again = (owner.post(place_of(owner), named("once"), headers=key) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len(owner.get(place_of(owner)).json()["items"]) == 1


def test_strategies_are_listed_a_page_at_a_time(world):
    owner = world.person()
    world.grant(owner, "pro")
    names = ["a", "b", "c"]
    for name in names:
        assert owner.post(place_of(owner), named(name)).status_code == 201
    seen, cursor = [], ""
    for _ in names:
        page = owner.get(f"{place_of(owner)}?limit=1{cursor}").json()
        seen += [each["name"] for each in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if "next_cursor" in page else ""
    assert (seen, cursor) == (names, "")


def test_another_tenant_finds_none_of_them(world):
    owner, other = world.person(), world.person()
    kept = owner.post(place_of(owner), {"rules": RULES}).json()
    here = f"{place_of(other)}/{kept['id']}"
    assert other.get(place_of(other)).json() == {"items": []}
    assert other.get(here).status_code == 404
    assert other.put(here, named("stolen") | {"version": 1}).status_code == 404
    assert other.delete(here).status_code == 404
    assert owner.get(f"{place_of(owner)}/{kept['id']}").json() == kept
    assert other.post(place_of(other), {"rules": RULES}).status_code == 201
