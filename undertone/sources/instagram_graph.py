"""Instagram Graph API for an account's own media.

https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/comments. A link
says a shortcode, the API wants a media id: the account's media are looked through for it first,
a page of them a page here.
"""

from __future__ import annotations

from typing import Any

import msgspec

from undertone import wire
from undertone.errors import Delayed, Permanent, Transient, UndertoneError
from undertone.limits import known_count
from undertone.records import Comment, Page, PostRef, Want
from undertone.sources.http import Answer, Session
from undertone.sources.validation import note_of_invalid, validate, validate_each
from undertone.text import excerpt, tidy
from undertone.times import utc_from_iso

BASE = "https://graph.facebook.com/v23.0"
NAME = "Instagram"

_COMMENT = "id,text,timestamp,username,like_count,hidden"


class _Cursors(msgspec.Struct):
    after: str = ""


class _Paging(msgspec.Struct):
    cursors: _Cursors | None = None
    next: str | None = None


class _List(msgspec.Struct):
    data: list[Any]
    paging: _Paging | None = None


class _Media(msgspec.Struct):
    id: str
    shortcode: str = ""
    caption: str = ""
    comments_count: int | None = None
    is_comment_enabled: bool = True


class _Comment(msgspec.Struct):
    id: str
    text: str = ""
    timestamp: str = ""
    username: str = ""
    like_count: int | None = None
    hidden: bool = False
    replies: Any = None


class _Error(msgspec.Struct):
    message: str = ""
    code: int = 0
    error_subcode: int = 0


class _Refusal(msgspec.Struct):
    error: _Error


class _Cursor(msgspec.Struct, omit_defaults=True):
    """Where reading goes on: among the account's media until the post's is found, then in it."""

    media: str = ""
    after: str = ""
    done: bool = False
    """All comments at the top level are read."""
    parents: list[str] = []
    """Comments with more replies than came with them, the first read up to `replies`."""
    replies: str = ""


class NotOwn(Permanent):
    """The post is not one of the account's own."""


class InstagramGraph:
    """The media of `user`, with a token that may read their comments."""

    platform = "instagram"

    def __init__(self, session: Session, token: str, user: str, *, base: str = BASE) -> None:
        self._session = session
        self._token = token
        self._user = user
        self._base = base

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        """One page; see `Source.read`. Raises NotOwn for other people's posts."""
        at = wire.decode(cursor, _Cursor) if cursor else _Cursor()
        if not at.media:
            return self._find(post, want, at)
        return self._replies(at) if at.parents else self._comments(want, at)

    def _find(self, post: PostRef, want: Want, at: _Cursor) -> Page:
        fields = "id,shortcode,caption,comments_count,is_comment_enabled"
        listed = self._ask(f"{self._user}/media", fields, 100, at.after)
        media, _ = validate_each(listed.data, _Media)
        for each in media:
            if each.shortcode == post.id:
                if not each.is_comment_enabled:
                    raise Permanent("comments are turned off for this post", state="comments_off")
                page = self._comments(want, _Cursor(each.id))
                title = excerpt(each.caption, 100)
                reported = known_count(each.comments_count, least=0) if want.replies else None
                return msgspec.structs.replace(page, title=title, reported=reported)
        after = _after(listed, at.after)
        if not after:
            raise NotOwn(
                "the post is not among those of the account in INSTAGRAM_GRAPH_USER: set "
                "APIFY_TOKEN for other accounts' posts, or upload an export of the comments",
                state="unsupported",
            )
        return Page(cursor=_encode(_Cursor(after=after)))

    def _comments(self, want: Want, at: _Cursor) -> Page:
        replies = f",replies.limit(50){{{_COMMENT}}}" if want.replies else ""
        listed = self._ask(f"{at.media}/comments", _COMMENT + replies, 50, at.after)
        tops, invalid = validate_each(listed.data, _Comment)
        seen: list[_Comment | tuple[_Comment, str]] = []
        parents: list[str] = []
        for top in tops:
            seen.append(top)
            lists, count = validate_each([top.replies] if top.replies else [], _List)
            invalid += count
            for replies_list in lists:
                below, count = validate_each(replies_list.data, _Comment)
                invalid += count
                seen.extend((reply, top.id) for reply in below)
                if _after(replies_list, ""):
                    parents.append(top.id)
        after = _after(listed, at.after)
        rest = _Cursor(at.media, after, done=not after, parents=parents)
        return _page(seen, invalid, rest)

    def _replies(self, at: _Cursor) -> Page:
        parent = at.parents[0]
        listed = self._ask(f"{parent}/replies", _COMMENT, 50, at.replies)
        below, invalid = validate_each(listed.data, _Comment)
        after = _after(listed, at.replies)
        parents = at.parents if after else at.parents[1:]
        rest = _Cursor(at.media, at.after, at.done, parents, after)
        return _page([(reply, parent) for reply in below], invalid, rest)

    def _ask(self, path: str, fields: str, limit: int, after: str) -> _List:
        query: dict[str, str | int] = {
            "fields": fields,
            "limit": limit,
            "access_token": self._token,
        }
        if after:
            query["after"] = after
        answer = self._session.get(f"{self._base}/{path}", query)
        if not answer.ok:
            raise _refused(answer)
        return validate(NAME, answer.body, _List)


def _after(listed: _List, current: str) -> str:
    """Where the next page starts; empty on the last one, or if it is this one again.

    `paging.next` is a whole address with the token in it: only its presence is used.
    """
    paging = listed.paging
    if paging is None or not paging.next or paging.cursors is None:
        return ""
    return "" if paging.cursors.after == current else paging.cursors.after


def _refused(answer: Answer) -> UndertoneError:
    """Codes: https://developers.facebook.com/docs/graph-api/guides/error-handling."""
    refusals, _ = validate_each([answer.body], _Refusal)
    error = refusals[0].error if refusals else _Error()
    message = excerpt(error.message) or f"status {answer.status}"
    if error.code in {4, 17, 32, 613}:
        return Delayed(f"Instagram is asked too often: {message}")
    if error.code in {1, 2}:
        return Transient(f"Instagram failed in passing: {message}")
    if error.code in {190, 102}:
        return Permanent(f"Instagram refuses INSTAGRAM_GRAPH_TOKEN: {message}: make a new one")
    if error.code == 10 or 200 <= error.code < 300:
        return Permanent(f"INSTAGRAM_GRAPH_TOKEN may not read these comments: {message}")
    if error.code == 100 and error.error_subcode == 33:
        return Permanent(f"Instagram does not find the post: {message}", state="not_found")
    return Permanent(f"Instagram refuses: {message}")


def _page(seen: list[_Comment | tuple[_Comment, str]], invalid: int, rest: _Cursor) -> Page:
    pairs = [each if isinstance(each, tuple) else (each, "") for each in seen]
    kept = tuple(
        _comment(item, parent) for item, parent in pairs if tidy(item.text) and not item.hidden
    )
    more = bool(rest.parents) or not rest.done
    return Page(
        comments=kept,
        cursor=_encode(rest) if more else None,
        skipped=len(pairs) - len(kept),
        note=note_of_invalid(NAME, invalid),
    )


def _comment(item: _Comment, parent: str) -> Comment:
    return Comment(
        id=item.id,
        text=tidy(item.text),
        parent=parent,
        author=item.username,
        created_at=utc_from_iso(item.timestamp),
        likes=known_count(item.like_count),
    )


def _encode(cursor: _Cursor) -> str:
    return msgspec.json.encode(cursor).decode()
