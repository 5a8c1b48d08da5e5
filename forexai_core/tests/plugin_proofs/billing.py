"""A broken meter for each rule of meters."""

from __future__ import annotations

import attrs
from plugin_proofs.making import opening

from forexai_core.ports.billing import Entitlement, Reservation, Usage


def flawed(module, **members):
    meter = type("Flawed", (module.SoundBilling,), members)
    return opening(module.OFFER, lambda settings, _services: meter(settings))


def owes_units(module):
    async def entitlement(self, subject, feature):
        sound = await module.SoundBilling.entitlement(self, subject, feature)
        return attrs.evolve(sound, allowance=-1)

    return flawed(module, entitlement=entitlement)


def is_generous(module):
    async def entitlement(self, subject, feature):
        return Entitlement(feature=feature, allowance=100)

    return flawed(module, entitlement=entitlement)


def books_what_was_reserved(module):
    async def settle(self, key, amount):
        known = self._known(key)
        return await module.SoundBilling.settle(self, key, known.amount)

    return flawed(module, settle=settle)


def reserves_again(module):
    async def reserve(self, subject, feature, amount, *, key):
        self.number = getattr(self, "number", 0) + 1
        return await module.SoundBilling.reserve(self, subject, feature, amount, key=f"{key}-{self.number}")

    return flawed(module, reserve=reserve)


def settles_again(module):
    async def settle(self, key, amount):
        known = self._known(key)
        before = known.amount if known.state == "settled" else 0
        return self._write(self._changed(known, before + amount, "settled"))

    return flawed(module, settle=settle)


def releases_again(module):
    async def release(self, key):
        self.freed = getattr(self, "freed", 0) + self._asked[key]
        return await module.SoundBilling.release(self, key)

    async def usage(self, subject, feature):
        sound = await module.SoundBilling.usage(self, subject, feature)
        twice = max(0, getattr(self, "freed", 0) - 4)
        return Usage(feature=feature, settled=sound.settled, reserved=sound.reserved - twice)

    return flawed(module, release=release, usage=usage)


def takes_any_body(module):
    async def reserve(self, subject, feature, amount, *, key):
        if key in self._book:
            return self._book[key]
        return await module.SoundBilling.reserve(self, subject, feature, amount, key=key)

    return flawed(module, reserve=reserve)


def settles_the_unknown(module):
    async def settle(self, key, amount):
        if key not in self._book:
            return Reservation(key=key, subject="", feature="", amount=amount, state="settled")
        return await module.SoundBilling.settle(self, key, amount)

    return flawed(module, settle=settle)


def gives_back_what_was_used(module):
    async def release(self, key):
        return self._write(self._changed(self._known(key), 0, "released"))

    return flawed(module, release=release)


def settles_more_than_reserved(module):
    async def settle(self, key, amount):
        known = self._known(key)
        if known.state == "reserved" and amount > known.amount:
            return self._write(self._changed(known, amount, "settled"))
        return await module.SoundBilling.settle(self, key, amount)

    return flawed(module, settle=settle)


def stops_one_too_late(module):
    async def reserve(self, subject, feature, amount, *, key):
        self._allowances[feature] += 1
        try:
            return await module.SoundBilling.reserve(self, subject, feature, amount, key=key)
        finally:
            self._allowances[feature] -= 1

    return flawed(module, reserve=reserve)


def mixes_subjects(module):
    async def usage(self, subject, feature):
        return await module.SoundBilling.usage(self, "conformance-one", feature)

    return flawed(module, usage=usage)


def frees_a_unit_too_many(module):
    """Right but for a key that is reserved again after it was released."""

    async def reserve(self, subject, feature, amount, *, key):
        known = self._book.get(key)
        if known is not None and known.state == "released":
            return self._write(self._changed(known, amount, "reserved"))
        return await module.SoundBilling.reserve(self, subject, feature, amount, key=key)

    return flawed(module, reserve=reserve)


BROKEN = {
    "every-feature-has-an-entitlement": owes_units,
    "unknown-features-are-refused": is_generous,
    "what-was-used-is-counted": books_what_was_reserved,
    "reserving-twice-is-once": reserves_again,
    "settling-twice-is-once": settles_again,
    "releasing-twice-is-once": releases_again,
    "a-key-names-one-body": takes_any_body,
    "unknown-keys-are-refused": settles_the_unknown,
    "what-is-final-stays": gives_back_what_was_used,
    "senseless-amounts-are-refused": settles_more_than_reserved,
    "the-allowance-holds": stops_one_too_late,
    "subjects-are-kept-apart": mixes_subjects,
    "the-books-add-up": frees_a_unit_too_many,
}
