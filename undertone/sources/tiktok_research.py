"""TikTok's Research API: https://developers.tiktok.com/doc/research-api-specs-query-video-comments.

For approved research clients only. Gives the first 1,000 comments of a video, replies among them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from undertone.errors import Delayed, Permanent, Transient, UndertoneError
from undertone.limits import known_count
from undertone.records import Comment, Page, PostRef, Want
from undertone.sources.http import Answer, Session
from undertone.sources.tokens import Token, TokenCache
from undertone.sources.validation import note_of_invalid, validate, validate_each
from undertone.text import excerpt, tidy
from undertone.times import utc_from_seconds

BASE = "https://open.tiktokapis.com"
NAME = "TikTok"

REACH = 1000
"""Comments of a video that the API gives at most."""
AT_ONCE = 100

_FIELDS = "id,video_id,text,like_count,reply_count,parent_comment_id,create_time"


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float = 7200


class _Comment(msgspec.Struct):
    id: int
    text: str = ""
    like_count: int | None = None
    parent_comment_id: int | None = None
    create_time: float | None = None
    video_id: int | None = None


class _Data(msgspec.Struct):
    comments: list[Any] | None = None
    cursor: int | None = None
    has_more: bool = False


class _Error(msgspec.Struct):
    code: str = ""
    message: str = ""


class _Body(msgspec.Struct):
    data: _Data | None = None
    error: _Error | None = None


class TikTokResearch:
    """Public videos, by a research client's key."""

    platform = "tiktok"

    def __init__(
        self, session: Session, client_key: str, client_secret: str, *, base: str = BASE
    ) -> None:
        self._session = session
        self._credentials = {"client_key": client_key, "client_secret": client_secret}
        self._base = base
        self._tokens = TokenCache(self._new_token, session.now)

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        """One page; see `Source.read`."""
        start = int(cursor or 0)
        asked = {
            "video_id": int(post.id),
            "max_count": min(AT_ONCE, REACH - start),
            "cursor": start,
        }
        data = self._ask(asked).data or _Data()
        items, invalid = validate_each(data.comments or [], _Comment)
        comments = [_comment(each, post.id) for each in items]
        if not want.replies:
            comments = [comment for comment in comments if not comment.parent]
        kept = tuple(comment for comment in comments if comment.text)
        following = data.cursor if data.has_more and data.cursor is not None else None
        note = note_of_invalid(NAME, invalid)
        if following is not None and not start < following < REACH:
            following, note = None, f"TikTok's Research API gives at most {REACH} comments a video"
        return Page(
            comments=kept,
            cursor=None if following is None else str(following),
            skipped=len(comments) - len(kept),
            note=note,
        )

    def _ask(self, asked: dict[str, int]) -> _Body:
        for _ in range(2):
            answer = self._session.post(
                f"{self._base}/v2/research/video/comment/list/",
                params={"fields": _FIELDS},
                json=asked,
                headers={"Authorization": f"Bearer {self._tokens.get()}"},
            )
            if answer.status != 401:
                break
            self._tokens.forget()
        body = validate(NAME, answer.body if answer.body is not None else {}, _Body)
        code = body.error.code if body.error else ""
        if answer.ok and code in {"", "ok"}:
            return body
        raise _refused(answer, body.error or _Error())

    def _new_token(self) -> Token:
        answer = self._session.post(
            f"{self._base}/v2/oauth/token/",
            form={**self._credentials, "grant_type": "client_credentials"},
        )
        tokens, _ = validate_each([answer.body], _Token)
        if not answer.ok or not tokens:  # TikTok refuses with status 200 too
            raise Permanent("TikTok refuses TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET: check both")
        return Token(tokens[0].access_token, tokens[0].expires_in)


def _refused(answer: Answer, error: _Error) -> UndertoneError:
    """Codes: https://developers.tiktok.com/doc/tiktok-api-v2-error-handling."""
    message = excerpt(f"{error.code}: {error.message}") if error.code else f"status {answer.status}"
    if error.code == "rate_limit_exceeded":
        return Delayed(f"TikTok is asked too often: {message}")
    if error.code in {"internal_error", "timeout"}:
        return Transient(f"TikTok failed in passing: {message}")
    if answer.status == 404 or "not_found" in error.code:
        return Permanent(f"TikTok does not find the video: {message}", state="not_found")
    if error.code in {"scope_not_authorized", "access_token_invalid", "scope_permission_missed"}:
        return Permanent(f"TikTok refuses the research client: {message}: check its approval")
    return Permanent(f"TikTok refuses: {message}")


def _comment(item: _Comment, video: str) -> Comment:
    parent = "" if item.parent_comment_id is None else str(item.parent_comment_id)
    return Comment(
        id=str(item.id),
        text=tidy(item.text),
        parent="" if parent in {"0", video} else parent,
        created_at=utc_from_seconds(item.create_time),
        likes=known_count(item.like_count),
    )
