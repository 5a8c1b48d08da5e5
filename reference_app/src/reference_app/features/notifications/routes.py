"""``/api/v1/notifications``: what a person is told, and how."""

from __future__ import annotations

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from forexai_saas.notifications.choices import Choice
from reference_app.accounts import Accounts
from reference_app.features.notifications import schemas
from reference_app.features.users.repository import user_row
from reference_app.http.callers import Caller
from reference_app.http.cursors import cursor_of, key_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.permissions import SIGNED_IN

__all__ = ["notifications_router"]

_OWN = {SIGNED_IN: True}


@get("/", opt=_OWN, summary="List one's notices, the newest first.")
async def list_notices(
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> schemas.NoticeList:
    """List a person's notices in that person's language, a page at a time."""
    person, _ = await user_row(accounts.on.database, caller.user_id)
    page = await accounts.board.page(caller.user_id, language=person.language, before=key_of(cursor), limit=limit)
    return schemas.NoticeList(
        items=tuple(
            schemas.NoticeShown(
                id=view.notice_id,
                code=view.code,
                level=view.level.value,
                title=view.words.title,
                text=view.words.text,
                created_ns=str(view.created_ns),
                read_ns=None if view.read_ns is None else str(view.read_ns),
            )
            for view in page.notices
        ),
        unread=page.unread,
        next_cursor=None if page.next is None else cursor_of(page.next),
    )


@get("/unread", opt=_OWN, summary="Count the notices that were not read.")
async def unread(caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]) -> schemas.Unread:
    """Count the notices that were not read."""
    return schemas.Unread(unread=await accounts.board.unread(caller.user_id))


@post("/read", status_code=200, opt=_OWN, summary="Mark notices as read.")
async def mark_read(
    data: JSONBody[schemas.Reading], caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]
) -> schemas.ReadMarked:
    """Mark notices as read; the same again marks none."""
    marked = await accounts.board.mark_read(caller.user_id, up_to=data.up_to, only=data.only)
    return schemas.ReadMarked(marked=marked, unread=await accounts.board.unread(caller.user_id))


@get("/preferences", opt=_OWN, summary="List how one is told of each topic.")
async def list_choices(caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]) -> schemas.ChoiceList:
    """List how a person is told of each topic."""
    return schemas.ChoiceList(items=tuple(_shown(each) for each in await accounts.choices.all(caller.user_id)))


@put("/preferences/{topic:str}", status_code=200, opt=_OWN, summary="Choose how one is told of a topic.")
async def choose(
    topic: FromPath[str],
    data: JSONBody[schemas.ChoiceMade],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> schemas.ChoiceShown:
    """Choose how one is told of a topic, from the next notice on."""
    choice = Choice(topic=topic, unread=data.unread, mail=data.mail)
    await accounts.choices.choose(caller.user_id, choice)
    return _shown(choice)


def _shown(choice: Choice) -> schemas.ChoiceShown:
    return schemas.ChoiceShown(topic=choice.topic, unread=choice.unread, mail=choice.mail, needed=choice.needed)


notifications_router = Router(
    "/notifications",
    route_handlers=[list_notices, unread, mark_read, list_choices, choose],
    tags=["notifications"],
)
