"""The words of mails, by template and language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from forexai_saas.notifications.outbox import Letter

__all__ = ["WORDS", "Words", "written"]


@attrs.frozen
class Words:
    """Subject and text; ``{link}`` stands for where it leads."""

    subject: str
    text: str
    path: str = ""


_ENGLISH = {
    "verify": Words(
        "Confirm your mail address",
        "Somebody, we hope you, registered this address with ForexAI.\n\nConfirm it here, with the password that was "
        "chosen, within two days:\n{link}\n\nIf it was not you, do nothing: without this link nobody gets in.\n",
        "#/verify?token=",
    ),
    "already-registered": Words(
        "You are registered already",
        "Somebody, perhaps you, wanted to register this address with ForexAI. It is registered already, so nothing "
        "was changed.\n\nSign in, or set another password, here:\n{link}\n",
        "#/sign-in",
    ),
    "reset": Words(
        "Set a new password",
        "Set a new password for ForexAI here, within an hour:\n{link}\n\nEvery session ends then. If you did not ask "
        "for it, do nothing: your password stays as it is.\n",
        "#/reset?token=",
    ),
    "password-changed": Words(
        "Your password was changed",
        "The password of your ForexAI account was changed, and its sessions were ended.\n\nIf it was not you, set "
        "another one at once:\n{link}\n",
        "#/forgot",
    ),
}
_INDONESIAN = {
    "verify": Words(
        "Konfirmasi alamat surel Anda",
        "Seseorang, semoga Anda, mendaftarkan alamat ini di ForexAI.\n\nKonfirmasikan di sini, dengan kata sandi yang "
        "dipilih, dalam dua hari:\n{link}\n\nJika bukan Anda, abaikan saja: tanpa tautan ini tidak ada yang bisa "
        "masuk.\n",
        "#/verify?token=",
    ),
    "already-registered": Words(
        "Anda sudah terdaftar",
        "Seseorang, mungkin Anda, ingin mendaftarkan alamat ini di ForexAI. Alamat ini sudah terdaftar, jadi tidak ada "
        "yang diubah.\n\nMasuk, atau atur kata sandi baru, di sini:\n{link}\n",
        "#/sign-in",
    ),
    "reset": Words(
        "Atur kata sandi baru",
        "Atur kata sandi baru untuk ForexAI di sini, dalam satu jam:\n{link}\n\nSemua sesi kemudian berakhir. Jika "
        "Anda tidak memintanya, abaikan saja: kata sandi Anda tetap.\n",
        "#/reset?token=",
    ),
    "password-changed": Words(
        "Kata sandi Anda telah diubah",
        "Kata sandi akun ForexAI Anda telah diubah, dan sesinya diakhiri.\n\nJika bukan Anda, segera atur yang baru:\n"
        "{link}\n",
        "#/forgot",
    ),
}

WORDS: Mapping[str, Mapping[str, Words]] = MappingProxyType({"en": _ENGLISH, "id": _INDONESIAN})
"""By language, then by template."""


def written(letter: Letter, base: str) -> tuple[str, str]:
    """Write a mail; return subject and text.

    A token stands after the ``#`` of its link: browsers send that part to no server, and no log keeps it.

    Parameters
    ----------
    letter : Letter
        What is to be told.
    base : str
        Where the application is reached.
    """
    words = WORDS.get(letter.language, _ENGLISH)[letter.template]
    link = f"{base}/{words.path}"
    if words.path.endswith("="):
        link += letter.values["token"]
    return words.subject, words.text.format(link=link)
