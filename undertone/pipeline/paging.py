"""Read a post's comments from its source, page by page, so that no page is read twice.

Every page but a last first one is kept as an immutable blob. A fetch that is interrupted by a
crash, a throttle or its own time limit goes on after the last page that was kept; of two fetchers
of the same post the one that comes second to a page stops.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec

from undertone.errors import Delayed, Permanent
from undertone.pipeline.post_records import Fetched
from undertone.pipeline.store import JobStore
from undertone.ports import Clock, Source
from undertone.records import Comment, Page, PostRef, Want, utc_text
from undertone.scrubbing import scrub

MAX_PAGES = 5_000
"""A source that never ends its pages is broken; no wanted number of comments needs this many."""
MAX_COMMENTS = 200_000
"""Comments held for one post; a random sample of a larger post is taken from this many."""
YIELD_AFTER = timedelta(minutes=4)
"""A fetch that takes longer is sent again and goes on where it was, well before the host's limit
on a function's time."""


OVERTAKEN_DELAY = timedelta(minutes=2)
"""After which is looked whether the fetcher that is ahead has ended, in case it never does."""


class Overtaken(Exception):  # noqa: N818 - an outcome, raised through the page loop
    """Another fetcher of the same post has written the next page; this one stops."""


class PageLog:
    """The pages of one post that were read so far, in this or an earlier invocation."""

    def __init__(self, store: JobStore, job: str, post: int) -> None:
        self._pages = store.pages
        self._post = job, post

    def __iter__(self) -> Iterator[Page]:
        """The pages that are kept, from the first."""
        for number in range(MAX_PAGES):
            page = self._pages.find(*self._post, number)
            if page is None:
                return
            yield page

    def keep(self, number: int, page: Page) -> None:
        """Write page `number`, once for ever. Raises Overtaken if another fetcher did."""
        if self._pages.create_or_read(page, *self._post, number) != page:
            raise Overtaken


Cached = Callable[[PostRef], Fetched | None]
"""What an earlier job fetched of a post, if that will do."""


def read_post(
    source: Source,
    post: PostRef,
    want: Want,
    clock: Clock,
    log: PageLog,
    *,
    resume: bool = False,
    cached: Cached = lambda _: None,
) -> Fetched:
    """All wanted comments of `post`, each id once, in the order of the source.

    `resume`: pages may have been kept before. `cached` is asked once it shows which post a short
    link leads to. A source that fails for good after some pages has given part of the comments.

    Raises what the source raises (Permanent, Transient, Delayed), Delayed also to go on in another
    invocation, and Overtaken.
    """
    gathered = PostSoFar(want)
    started = clock()
    if resume:
        for page in log:
            gathered.add(page)
    while not gathered.complete:
        if gathered.post and not gathered.found and (earlier := cached(gathered.post)):
            return msgspec.structs.replace(earlier, post=gathered.post)
        if clock() - started >= YIELD_AFTER:
            raise Delayed("reading goes on in a moment", clock(), platform_wide=False)
        _read_on(source, post, want, gathered, log)
        if gathered.wait and not gathered.complete:
            until = clock() + timedelta(seconds=gathered.wait)
            raise Delayed(f"{post.platform} is collecting the comments", until, platform_wide=False)
    return gathered.result(post, clock)


def read_kept(post: PostRef, want: Want, clock: Clock, log: PageLog, reason: str) -> Fetched | None:
    """The comments on the pages that were kept, of a post that is read no further for `reason`.

    None if there are none.
    """
    gathered = PostSoFar(want)
    for page in log:
        gathered.add(page)
    if not gathered.found:
        return None
    if not gathered.complete:
        gathered.end(reason)
    return gathered.result(post, clock)


def _read_on(source: Source, post: PostRef, want: Want, gathered: PostSoFar, log: PageLog) -> None:
    try:
        page = source.read(post, want, gathered.cursor)
        gathered.check(page, post)
    except Permanent as error:
        if not gathered.found:
            raise
        gathered.end(error.reason)
        return
    if page.cursor is not None or gathered.pages:
        log.keep(gathered.pages, page)
    gathered.add(page)


class PostSoFar:
    """What the pages read so far come to."""

    def __init__(self, want: Want) -> None:
        self._want = want
        self._enough = MAX_COMMENTS if want.sample else min(want.limit, MAX_COMMENTS)
        self._comments: dict[str, Comment] = {}
        self._title = ""
        self._reported: int | None = None
        self._skipped = 0
        self._notes: list[str] = []
        self.pages = 0
        self.cursor: str | None = None
        self.wait = 0.0
        self.post: PostRef | None = None
        """The post that a short link turned out to lead to."""

    @property
    def found(self) -> int:
        """How many comments there are so far."""
        return len(self._comments)

    @property
    def complete(self) -> bool:
        """Whether there is nothing more to read, or nothing more wanted."""
        ended = self.pages > 0 and self.cursor is None
        return ended or len(self._comments) >= self._enough or self.pages >= MAX_PAGES

    def add(self, page: Page) -> None:
        """Take in the next page."""
        for comment in page.comments:
            self._comments.setdefault(comment.id, comment)
        if page.title is not None:
            self._title = page.title
        if page.reported is not None:
            self._reported = page.reported
        self._skipped += page.skipped
        note = scrub(page.note)
        if note and note not in self._notes:
            self._notes.append(note)
        if page.post is not None:
            self.post = page.post
        self.cursor = page.cursor
        self.wait = page.wait
        self.pages += 1

    def end(self, reason: str) -> None:
        """There will be no further page, and what is missing is missing for this reason."""
        self._notes.append(f"reading ended early: {reason}")
        self.cursor = None

    def check(self, page: Page, post: PostRef) -> None:
        """Raises Permanent if the source goes round in a circle."""
        if page.cursor is not None and page.cursor == self.cursor and not page.wait:
            raise Permanent(
                f"{post.platform} answered with the same page twice, so its comments cannot be "
                "read to the end; try again later"
            )

    def result(self, post: PostRef, clock: Clock) -> Fetched:
        """What the post is scored by."""
        cut = self.cursor is not None
        notes = list(self._notes)
        if cut and self.pages >= MAX_PAGES:
            notes.append(f"{post.platform} had not ended after {MAX_PAGES:,} pages")
        found = list(self._comments.values())
        if not (cut or notes) and (unexplained := self._unexplained()):
            notes.append(unexplained)
        return Fetched(
            post=self.post,
            comments=tuple(_choose(found, self._want, post)),
            title=self._title,
            reported=self._reported,
            skipped=self._skipped,
            note="; ".join(notes),
            fetched_at=utc_text(clock()),
            cut=cut or len(found) > self._want.limit,
        )

    def _unexplained(self) -> str:
        """That comments are missing although the source read to its end and says nothing of it.

        Platforms count a few that they hold back; from a tenth on it is told. A post that gave
        nothing at all has a reason of its own.
        """
        reported, got = self._reported or 0, self.found + self._skipped
        missing = reported - got
        if not self.found or self.found >= self._want.limit or missing * 10 < max(reported, 1):
            return ""
        return (
            f"the platform reports {reported} comments and gave {got} without saying why: "
            f"{missing} are missing"
        )


def _choose(found: list[Comment], want: Want, post: PostRef) -> list[Comment]:
    """The first ones, or a uniform sample in their order; the same for the same post and pages."""
    if not want.sample or len(found) <= want.limit:
        return found[: want.limit]
    seed = f"{post.platform}/{post.id}"
    chosen = random.Random(seed).sample(range(len(found)), want.limit)
    return [found[index] for index in sorted(chosen)]
