"""The hooks: one class a kind, one hook a class, documented for those who answer them."""

from __future__ import annotations

import inspect

import pluggy
import pytest

from forexai_core.hookspecs import SPECIFICATIONS
from forexai_core.plugins import OFFER_TYPES
from forexai_core.ports.markers import HOOKS, KINDS, PROJECT


@pytest.mark.parametrize("kind", KINDS)
def test_a_specification_has_its_hook_and_says_what_happens(kind):
    specification = SPECIFICATIONS[kind]
    hooks = [name for name in vars(specification) if name.startswith(f"{PROJECT}_")]
    assert hooks == [HOOKS[kind]]
    function = getattr(specification, HOOKS[kind])
    assert list(inspect.signature(function).parameters) == ["self"]
    assert OFFER_TYPES[kind].__name__ in str(inspect.signature(function).return_annotation)
    text = inspect.getdoc(function)
    for word in ("Asked", "once", "every answer" if "every answer" in text else "Every", "share", "raises", "Returns"):
        assert word in text


def test_pluggy_takes_them_all():
    manager = pluggy.PluginManager(PROJECT)
    for specification in SPECIFICATIONS.values():
        manager.add_hookspecs(specification)
    assert {name for name in vars(manager.hook) if name.startswith(PROJECT)} == set(HOOKS.values())


def test_the_kind_of_an_offer_is_its_hooks_kind():
    assert {kind: offer.kind for kind, offer in OFFER_TYPES.items()} == {kind: kind for kind in KINDS}
