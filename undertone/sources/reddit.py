"""Reddit's API with an app's own credentials: https://www.reddit.com/dev/api.

The first page is the post's comment tree as far as Reddit sends it; what it leaves out as `more`
is asked for on further pages, 100 comments a request, what lies too deep thread by thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from undertone import wire
from undertone.errors import Permanent
from undertone.limits import known_count
from undertone.records import Comment, Page, PostRef, Want
from undertone.scrubbing import remember_login
from undertone.sources.delays import rate_limit_reset
from undertone.sources.http import Answer, Session
from undertone.sources.tokens import Token, TokenCache
from undertone.sources.validation import note_of_invalid, validate, validate_each
from undertone.text import excerpt, tidy
from undertone.times import utc_from_seconds

LOGIN_BASE = "https://www.reddit.com"
BASE = "https://oauth.reddit.com"
NAME = "Reddit"

AT_ONCE = 100
"""Ids that one call of morechildren takes."""
REMEMBERED = 20_000
"""Ids of comments still to be asked for that a cursor holds at most: they are 8 bytes each, and
every page of the post keeps its cursor."""

_GONE = {"[deleted]", "[removed]"}


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float = 3600


class _Thing(msgspec.Struct):
    kind: str
    data: Any


class _Children(msgspec.Struct):
    children: list[Any]


class _Listing(msgspec.Struct):
    data: _Children


class _Link(msgspec.Struct):
    title: str = ""
    num_comments: int | None = None


class _Comment(msgspec.Struct):
    id: str
    parent_id: str = ""
    body: str = ""
    author: str | None = None
    score: int | None = None
    created_utc: float | None = None
    replies: Any = ""


class _More(msgspec.Struct):
    children: list[str] = []
    parent_id: str = ""


class _Things(msgspec.Struct):
    things: list[Any] = []


class _MoreData(msgspec.Struct):
    data: _Things = msgspec.field(default_factory=_Things)


class _MoreAnswer(msgspec.Struct):
    json: _MoreData


class _Refusal(msgspec.Struct):
    message: str | None = None
    reason: str | None = None


class _Cursor(msgspec.Struct, omit_defaults=True):
    """Comments left out so far, and comments below which the tree was too deep."""

    more: list[str] = []
    deep: list[str] = []
    lost: int = 0
    """Ids past what a cursor holds."""


class _Gathered(msgspec.Struct):
    comments: list[Comment] = []
    rest: _Cursor = msgspec.field(default_factory=_Cursor)
    gone: int = 0
    invalid: int = 0


class Reddit:
    """Public posts. `login_base` is asked for tokens, `base` for everything else."""

    platform = "reddit"

    def __init__(
        self,
        session: Session,
        client_id: str,
        client_secret: str,
        *,
        login_base: str = LOGIN_BASE,
        base: str = BASE,
    ) -> None:
        self._session = session
        self._credentials = (client_id, client_secret)
        remember_login(client_id, client_secret)
        self._login_base = login_base
        self._base = base
        self._tokens = TokenCache(self._new_token, session.now)

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        """One page; see `Source.read`."""
        if cursor is None:
            answer = self._tree(post.id, want, "")
            (link_list, tree) = validate(NAME, answer.body, tuple[_Listing, _Listing])
            things, _ = validate_each(link_list.data.children, _Thing)
            links, _ = validate_each((thing.data for thing in things), _Link)
            link = links[0] if links else _Link()
            page = self._page(_walk(tree.data.children, want), want, _Cursor(), answer)
            # Reddit counts replies too: without them its number says nothing about coverage.
            reported = known_count(link.num_comments, least=0) if want.replies else None
            return msgspec.structs.replace(page, title=link.title, reported=reported)
        at = wire.decode(cursor, _Cursor)
        if at.more:
            answer = self._more(post.id, want, at.more[:AT_ONCE])
            gathered = _walk(validate(NAME, answer.body, _MoreAnswer).json.data.things, want)
            return self._page(gathered, want, _Cursor(at.more[AT_ONCE:], at.deep, at.lost), answer)
        answer = self._tree(post.id, want, at.deep[0])
        (_, tree) = validate(NAME, answer.body, tuple[_Listing, _Listing])
        gathered = _walk(tree.data.children, want)
        # The comment at the head is known already, and not to be looked up below itself again.
        gathered.rest.deep = [parent for parent in gathered.rest.deep if parent != at.deep[0]]
        gathered.comments = [comment for comment in gathered.comments if comment.id != at.deep[0]]
        return self._page(gathered, want, _Cursor([], at.deep[1:], at.lost), answer)

    def _page(self, gathered: _Gathered, want: Want, before: _Cursor, answer: Answer) -> Page:
        ids = before.more + gathered.rest.more
        deep = before.deep + gathered.rest.deep
        # Twice what is wanted leaves room for deleted ones; a sample is taken from all.
        room = REMEMBERED if want.sample else min(REMEMBERED, 1000 + 2 * want.limit)
        lost = max(0, len(ids) - room)
        rest = _Cursor(ids[:room], deep[:room], before.lost + lost)
        more = bool(rest.more or rest.deep)
        now = self._session.now()
        until = rate_limit_reset(answer.headers, now) if more else None
        past = f"{rest.lost} comments lie past what is asked for" if rest.lost and not more else ""
        return Page(
            comments=tuple(gathered.comments),
            cursor=msgspec.json.encode(rest).decode() if more else None,
            skipped=gathered.gone,
            note=past or note_of_invalid(NAME, gathered.invalid),
            wait=(until - now).total_seconds() if until else 0.0,
        )

    def _tree(self, post: str, want: Want, comment: str) -> Answer:
        query: dict[str, str | int] = {"raw_json": 1, "limit": 500, "sort": _sort(want)}
        if not want.replies:
            query["depth"] = 1
        under = f"/_/{comment}" if comment else ""
        return self._ask(f"/comments/{post}{under}", query)

    def _more(self, post: str, want: Want, ids: list[str]) -> Answer:
        query: dict[str, str | int] = {
            "api_type": "json",
            "raw_json": 1,
            "link_id": f"t3_{post}",
            "sort": _sort(want),
        }
        return self._ask("/api/morechildren", {**query, "children": ",".join(ids)})

    def _ask(self, path: str, query: Mapping[str, str | int]) -> Answer:
        for _ in range(2):
            headers = {"Authorization": f"Bearer {self._tokens.get()}"}
            answer = self._session.get(self._base + path, query, headers)
            if answer.status != 401:
                break
            self._tokens.forget()  # revoked before its time
        if answer.ok:
            return answer
        raise _refused(answer)

    def _new_token(self) -> Token:
        answer = self._session.post(
            f"{self._login_base}/api/v1/access_token",
            form={"grant_type": "client_credentials"},
            auth=self._credentials,
        )
        if not answer.ok:
            raise Permanent(
                "Reddit refuses REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET "
                f"(status {answer.status}): check both"
            )
        token = validate(NAME, answer.body, _Token)
        return Token(token.access_token, token.expires_in)


def _sort(want: Want) -> str:
    return "top" if want.order == "top" else "new"


def _refused(answer: Answer) -> Permanent:
    refusals, _ = validate_each([answer.body], _Refusal)
    reason = excerpt((refusals[0].reason or refusals[0].message or "") if refusals else "")
    detail = reason or f"status {answer.status}"
    if answer.status == 404:
        return Permanent(f"Reddit does not find the post: {detail}", state="not_found")
    if reason in {"private", "banned", "quarantined", "gold_only"}:
        return Permanent(f"the post's subreddit is {reason}", state="not_found")
    return Permanent(f"Reddit refuses: {detail}")


def _walk(children: Iterable[object], want: Want) -> _Gathered:
    """Everything under a listing in reading order; no recursion."""
    gathered = _Gathered()
    waiting = list(reversed(list(children)))
    while waiting:
        things, count = validate_each([waiting.pop()], _Thing)
        gathered.invalid += count
        for thing in things:
            if thing.kind == "t1":
                waiting.extend(reversed(_take(gathered, thing, want)))
            elif thing.kind == "more":
                _leave(gathered, thing, want)
    return gathered


def _take(gathered: _Gathered, thing: _Thing, want: Want) -> list[object]:
    """Add the comment in `thing` to `gathered`; the things below it."""
    comments, count = validate_each([thing.data], _Comment)
    gathered.invalid += count
    below: list[object] = []
    for comment in comments:
        text = tidy(comment.body)
        if not text or text in _GONE:
            gathered.gone += 1
        else:
            gathered.comments.append(_comment(comment, text))
        if want.replies and comment.replies:
            listings, count = validate_each([comment.replies], _Listing)
            gathered.invalid += count
            below += [child for listing in listings for child in listing.data.children]
    return below


def _leave(gathered: _Gathered, thing: _Thing, want: Want) -> None:
    """Add what Reddit left out at `thing`: comments by id, or without ids all below its parent."""
    mores, count = validate_each([thing.data], _More)
    gathered.invalid += count
    for more in mores:
        kind, _, parent = more.parent_id.partition("_")
        if kind == "t1" and not want.replies:
            continue
        if more.children:
            gathered.rest.more.extend(more.children)
        elif kind == "t1":
            gathered.rest.deep.append(parent)


def _comment(comment: _Comment, text: str) -> Comment:
    kind, _, parent = comment.parent_id.partition("_")
    return Comment(
        id=comment.id,
        text=text,
        parent=parent if kind == "t1" else "",
        author=comment.author or "",
        created_at=utc_from_seconds(comment.created_utc),
        likes=known_count(comment.score),
    )
