import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes.apify import POLLS
from tests.fakes.posts import KEY
from tests.fakes.scripted import Reply, scripted
from tests.fakes.world import World
from tests.undertone.sources.conftest import comments_of, pages_of, post_for
from undertone.errors import Delayed, Permanent, Transient
from undertone.records import Page, PostRef, Want
from undertone.sources.apify import OPEN_PURSE, REUSED, STARTING, Apify
from undertone.sources.apify import Purse as Spending
from undertone.sources.apify_actors import Actor, InstagramActor, TikTokActor
from undertone.sources.http import Session, allow_only
from undertone.sources.transport import Limits
from undertone.storage.memory import MemoryBlobs


@dataclasses.dataclass
class Setting:
    """One Apify account, one container of intentions, and a clock that tests move."""

    world: World
    intents: MemoryBlobs
    now: datetime

    def source(self, actor: Actor | None = None, purse: Spending = OPEN_PURSE) -> Apify:
        """A source of its own, as each process has."""
        base = f"{self.world.base}/apify"
        limits = Limits(read=1, backoff=0, retries=0)
        session = Session("Apify", allow_only(base), limits=limits, clock=lambda: self.now)
        chosen = actor or InstagramActor()
        return Apify(session, KEY, chosen, self.intents, base=base, purse=purse)

    def starts(self, post: PostRef) -> int:
        return sum(asked.path.endswith("/runs") for asked in self.world.asked("apify", post.id))


@pytest.fixture
def setting(world: World) -> Setting:
    return Setting(world, MemoryBlobs(), datetime.now(UTC))


def read_on(source: Apify, post: PostRef, page: Page) -> list[Page]:
    """All pages after `page`."""
    pages = [page]
    while (cursor := pages[-1].cursor) is not None:
        assert len(pages) < 50
        pages.append(source.read(post, Want(), cursor))
    return pages[1:]


@pytest.mark.parametrize("actor", [InstagramActor(), TikTokActor()])
def test_a_run_is_started_polled_and_read(setting: Setting, actor: Actor) -> None:
    post = post_for(actor.platform, setting.world, comments=250)
    pages = pages_of(setting.source(actor), post)
    assert len(comments_of(pages)) == 250
    assert [page.wait > 0 for page in pages[: POLLS + 2]] == [True] * (POLLS + 1) + [False]
    assert setting.starts(post) == 1
    found = comments_of(pages)
    assert all(comment.parent in found for comment in found.values() if comment.parent)
    assert all(comment.created_at and comment.author for comment in found.values())


@pytest.mark.parametrize("actor", [InstagramActor(), TikTokActor()])
def test_without_replies(setting: Setting, actor: Actor) -> None:
    post = post_for(actor.platform, setting.world, comments=90, salt=1)
    found = comments_of(pages_of(setting.source(actor), post, Want(replies=False)))
    assert {comment.parent for comment in found.values()} == {""}


def test_a_second_delivery_joins_the_first_ones_run(setting: Setting) -> None:
    post = post_for("instagram", setting.world, comments=20, salt=2)
    first = setting.source().read(post, Want(), None)
    setting.now += timedelta(minutes=30)
    second = setting.source().read(post, Want(), None)
    assert first.cursor == second.cursor
    assert setting.starts(post) == 1


def test_deliveries_at_the_same_moment_start_one_run(setting: Setting) -> None:
    post = post_for("instagram", setting.world, comments=20, salt=3)
    sources = [setting.source() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda source: source.read(post, Want(), None), sources))
    assert setting.starts(post) == 1
    ends = [read_on(source, post, page) for source, page in zip(sources, pages, strict=True)]
    assert {len(comments_of(end)) for end in ends} == {20}
    assert setting.starts(post) == 1


class Dies(MemoryBlobs):
    """Fails when the run that was started is to be noted."""

    def replace(self, name: str, data: bytes, etag: str) -> bool:
        raise Transient("the process dies here")


def test_a_starter_that_died_after_the_start_does_not_pay_twice(setting: Setting) -> None:
    post = post_for("instagram", setting.world, comments=20, salt=4)
    dying = dataclasses.replace(setting, intents=Dies())
    with pytest.raises(Transient):
        dying.source().read(post, Want(), None)
    (name,) = dying.intents.names("runs/")
    setting.intents.create(name, dying.intents.read(name))
    waiting = setting.source().read(post, Want(), None)
    assert (waiting.comments, waiting.wait > 0) == ((), True)
    setting.now += STARTING
    found = read_on(setting.source(), post, waiting)
    assert len(comments_of(found)) == 20
    assert setting.starts(post) == 1


class DiesAtOnce(MemoryBlobs):
    """Fails right after the intention was written."""

    def create(self, name: str, data: bytes) -> bool:
        super().create(name, data)
        raise Transient("the process dies here")


def test_a_starter_that_died_before_the_start_is_replaced(setting: Setting) -> None:
    post = post_for("instagram", setting.world, comments=20, salt=5)
    # Runs as recent for another post or with other options must not be taken for the lost one.
    other = post_for("instagram", setting.world, comments=20, salt=6)
    setting.source().read(other, Want(), None)
    setting.source().read(post, Want(limit=7), None)
    dying = dataclasses.replace(setting, intents=DiesAtOnce())
    with pytest.raises(Transient):
        dying.source().read(post, Want(), None)
    (name,) = dying.intents.names("runs/")
    setting.intents.create(name, dying.intents.read(name))
    setting.now += STARTING
    assert setting.starts(post) == 1
    page = setting.source().read(post, Want(), None)
    assert len(comments_of(read_on(setting.source(), post, page))) == 20
    assert setting.starts(post) == 2


def test_a_start_without_a_run_is_waited_for_two_minutes(setting: Setting) -> None:
    post = post_for("instagram", setting.world, comments=20, salt=12)
    dying = dataclasses.replace(setting, intents=DiesAtOnce())
    with pytest.raises(Transient):
        dying.source().read(post, Want(), None)
    (name,) = dying.intents.names("runs/")
    setting.intents.create(name, dying.intents.read(name))
    setting.now += timedelta(seconds=119)
    assert setting.source().read(post, Want(), None).wait > 0
    assert setting.starts(post) == 0
    setting.now += timedelta(seconds=1)
    setting.source().read(post, Want(), None)
    assert setting.starts(post) == 1


def test_a_run_from_before_the_intention_is_not_the_lost_one(setting: Setting) -> None:
    post = post_for("instagram", setting.world, comments=20, salt=11)
    setting.source().read(post, Want(), None)
    setting.now += timedelta(hours=3)
    dying = dataclasses.replace(setting, intents=DiesAtOnce())
    with pytest.raises(Transient):
        dying.source().read(post, Want(), None)
    (name,) = dying.intents.names("runs/")
    later = dataclasses.replace(setting, intents=MemoryBlobs(), now=setting.now + STARTING)
    later.intents.create(name, dying.intents.read(name))
    later.source().read(post, Want(), None)
    assert setting.starts(post) == 2


def test_an_old_run_does_not_answer_for_ever(setting: Setting) -> None:
    post = post_for("instagram", setting.world, comments=20, salt=8)
    first = setting.source().read(post, Want(), None)
    setting.now += REUSED
    second = setting.source().read(post, Want(), None)
    assert first.cursor != second.cursor
    assert setting.starts(post) == 2


def test_other_options_are_another_run(setting: Setting) -> None:
    post = post_for("instagram", setting.world, comments=20, salt=9)
    setting.source().read(post, Want(), None)
    setting.source().read(post, Want(order="newest"), None)
    assert setting.starts(post) == 2


def test_after_a_run_that_failed_the_next_one_starts_anew(setting: Setting) -> None:
    post = post_for("tiktok", setting.world, fault="disabled", salt=10)
    for starts in (1, 2):
        with pytest.raises(Permanent, match=r"run run\d+ of .* ended as FAILED"):
            pages_of(setting.source(TikTokActor()), post)
        assert setting.starts(post) == starts


# -- answers made by hand -----------------------------------------------------------------------

POST = PostRef(
    platform="instagram", id="CxYz_12-abc", url="https://www.instagram.com/p/CxYz_12-abc/"
)
READING = '{"run":"r","dataset":"d","ended":"%s"}'


def _read(replies: list[Reply], cursor: str | None) -> Page:
    with scripted(replies) as script:
        session = Session("Apify", allow_only(script.base))
        source = Apify(session, KEY, InstagramActor(), MemoryBlobs(), base=script.base)
        return source.read(POST, Want(), cursor)


def _item(**more: Any) -> dict[str, Any]:
    return {"id": "1", "text": "hi", "ownerUsername": "a", "postUrl": POST.url} | more


def test_items_of_another_post_are_not_taken() -> None:
    other = _item(id="2", postUrl="https://www.instagram.com/p/CxYz_12-abcd/")
    page = _read([(200, [other, _item(postUrl=POST.url + "?x=1"), 7])], READING % "SUCCEEDED")
    assert [comment.id for comment in page.comments] == ["1"]
    assert page.note == "2 items of Apify's answer were not understood"


def test_an_error_among_comments_is_a_note() -> None:
    error = {"error": "restricted_page", "errorDescription": "x"}
    page = _read([(200, [_item(), error])], READING % "SUCCEEDED")
    assert (len(page.comments), page.note) == (1, "Apify left something out (restricted_page)")


def test_a_run_that_was_cut_short_says_so_on_its_last_page() -> None:
    cursor = '{"run":"r","dataset":"d","ended":"TIMED-OUT","offset":5,"found":5}'
    page = _read([(200, [])], cursor)
    assert page.cursor is None
    assert page.note == "possibly truncated: Apify's run r ended as TIMED-OUT"


@pytest.mark.parametrize(
    ("ended", "items", "note"),
    [
        ("SUCCEEDED", [], ""),
        ("TIMED-OUT", [], "possibly truncated: Apify's run r ended as TIMED-OUT"),
        ("TIMED-OUT", [{"id": "1", "text": "hi"}], ""),
    ],
)
def test_only_the_last_page_says_that_something_may_be_missing(
    ended: str, items: list[object], note: str
) -> None:
    cursor = f'{{"run":"r","dataset":"d","ended":"{ended}","offset":5,"found":5}}'
    assert _read([(200, items)], cursor).note == note


@pytest.mark.parametrize(
    ("status", "kind", "message"),
    [
        (401, "user-or-token-not-found", "refuses APIFY_TOKEN"),
        (402, "x402-payment-required", "spending limit"),
        (404, "record-not-found", "Apify refuses: record-not-found"),
    ],
)
def test_refusals(status: int, kind: str, message: str) -> None:
    with pytest.raises(Permanent, match=message):
        _read([(status, {"error": {"type": kind, "message": "m"}})], '{"run":"r","dataset":"d"}')


def test_the_token_is_in_no_address() -> None:
    with scripted([(200, [])]) as script:
        session = Session("Apify", allow_only(script.base))
        source = Apify(session, KEY, InstagramActor(), MemoryBlobs(), base=script.base)
        source.read(POST, Want(), READING % "SUCCEEDED")
        assert KEY not in str(script.asked[0].url)
        assert script.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_the_record_of_a_run_says_its_version(setting: Setting) -> None:
    pages_of(setting.source(), post_for("instagram", setting.world, comments=5))
    (name,) = setting.intents.names("")
    assert setting.intents.read(name).startswith(b'{"v":1,')


@dataclasses.dataclass
class Purse:
    """Money for so many runs; more at `until`."""

    runs: int
    until: datetime

    def run_cents(self, want: Want) -> int:
        return want.limit

    def spend(self, want: Want) -> datetime | None:
        self.runs -= 1
        return None if self.runs >= 0 else self.until


def test_a_run_has_a_ceiling_and_none_starts_without_money(setting: Setting) -> None:
    tomorrow = setting.now + timedelta(hours=9)
    purse = Purse(1, tomorrow)
    first = post_for("instagram", setting.world, comments=5, salt=41)
    second = post_for("instagram", setting.world, comments=5, salt=42)
    setting.source(purse=purse).read(first, Want(limit=250), None)
    (asked,) = setting.world.asked("apify", first.id)
    assert asked.query["maxTotalChargeUsd"] == "2.50"
    with pytest.raises(Delayed, match="may cost today is spent") as raised:
        setting.source(purse=purse).read(second, Want(), None)
    assert (raised.value.until, raised.value.platform_wide) == (tomorrow, False)
    assert setting.starts(second) == 0
    purse.runs = 1
    setting.source(purse=purse).read(second, Want(), None)
    assert setting.starts(second) == 1, "at once, when there is money again"


def test_who_joins_a_run_spends_nothing(setting: Setting) -> None:
    purse = Purse(1, setting.now + timedelta(hours=9))
    post = post_for("instagram", setting.world, comments=5, salt=43)
    source = setting.source(purse=purse)
    assert source.read(post, Want(), None).cursor == source.read(post, Want(), None).cursor
    assert purse.runs == 0
