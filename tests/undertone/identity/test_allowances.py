"""What a day gives: comments, shares of quotas, money, and jobs at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from undertone.errors import Delayed, Permanent, Rejected, TooMany
from undertone.identity.allowances import QUOTAS, Allowances
from undertone.identity.config import LimitsConfig
from undertone.identity.running import RunningJobs
from undertone.ports import NewJob
from undertone.records import Comment, Page, PostRef, Want
from undertone.storage.memory import MemoryBlobs, MemoryCounters

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
POST = PostRef(platform="youtube", id="p")


@dataclass
class Pages:
    """A source whose every page has as many comments as a test says."""

    platform: str = "youtube"
    size: int = 10
    asked: int = 0

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        self.asked += 1
        comments = tuple(Comment(id=str(n), text="t") for n in range(self.size))
        return Page(comments=comments, cursor="on")


@dataclass
class Day:
    """Allowances of instances that share their storage."""

    limits: dict[str, str] = field(default_factory=dict)
    now: datetime = NOW
    counters: MemoryCounters = field(default_factory=MemoryCounters)
    places: MemoryBlobs = field(default_factory=MemoryBlobs)

    def start(self, *paid: str) -> Allowances:
        off = dict.fromkeys(
            ("COMMENTS_A_DAY", "JOBS_AT_ONCE", "QUOTA_SHARE", "APIFY_DOLLARS_A_DAY",
             "APIFY_DOLLARS_A_JOB"), "0",
        )  # fmt: skip
        config = LimitsConfig.from_settings(off | self.limits, are_on=True)
        running = RunningJobs(self.places, config.jobs_at_once, lambda _: True)
        return Allowances(config, self.counters, running, lambda: self.now, lambda: frozenset(paid))


def read(allowances: Allowances, pages: Pages, times: int, owner: str = "me") -> int:
    """How many pages could be read."""
    source = allowances.metered(pages, owner)
    for number in range(times):
        try:
            source.read(POST, Want(), "on" if number else None)
        except Delayed:
            return number
    return times


def job(**changed: Any) -> NewJob:
    fields: dict[str, Any] = {
        "owner": "me",
        "job": "j",
        "posts": [],
        "want": Want(),
        "uploaded": 0,
    } | changed
    return NewJob(**fields)


def test_comments_of_a_day_are_counted_over_instances() -> None:
    day = Day({"COMMENTS_A_DAY": "55"})
    first, second = day.start(), day.start()
    assert read(first, Pages(), 3) == 3
    assert read(second, Pages(), 9) == 2
    assert read(second, Pages(), 9, owner="you") == 5
    assert sorted(day.counters.counts.values()) == [50, 50], "what did not fit is not counted"


def test_who_has_read_enough_goes_on_tomorrow() -> None:
    day = Day({"COMMENTS_A_DAY": "15"})
    source = day.start().metered(Pages(), "me")
    source.read(POST, Want(), None)
    with pytest.raises(Delayed, match="your 15 comments of today") as raised:
        source.read(POST, Want(), "on")
    assert (raised.value.until, raised.value.platform_wide) == (MIDNIGHT, False)
    day.now = MIDNIGHT
    source.read(POST, Want(), "on")


def test_a_page_that_no_day_has_room_for_ends_the_post() -> None:
    source = Day({"COMMENTS_A_DAY": "5"}).start().metered(Pages(), "me")
    with pytest.raises(Permanent, match="more than you may read a day"):
        source.read(POST, Want(), None)


def test_an_owner_gets_a_share_of_youtubes_units() -> None:
    """50 % of 10,000: the first page costs two, each further one."""
    day, pages = Day({"QUOTA_SHARE": "50"}), Pages(size=0)
    assert read(day.start(), pages, 6_000) == 4_999
    assert pages.asked == 4_999, "what is used up is not asked for"
    assert read(day.start(), Pages(size=0), 100, owner="you") == 100


def test_youtubes_day_ends_at_midnight_in_california() -> None:
    day = Day({"QUOTA_SHARE": "1"})
    allowances = day.start()
    read(allowances, Pages(size=0), 1_000)
    until = allowances.take_page("me", "youtube", is_first=False)
    assert until == datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    day.now = until - timedelta(seconds=1)
    assert allowances.take_page("me", "youtube", is_first=False) == until
    day.now = until
    assert allowances.take_page("me", "youtube", is_first=False) is None
    summer = datetime(2026, 7, 1, 7, 0, tzinfo=UTC)
    assert QUOTAS["youtube"].ends(summer) == datetime(2026, 7, 2, 7, 0, tzinfo=UTC)


def test_a_platform_that_fills_up_again_within_minutes_is_not_shared_out() -> None:
    allowances = Day({"QUOTA_SHARE": "1"}).start()
    assert read(allowances, Pages(platform="mastodon", size=0), 5_000) == 5_000


def test_runs_that_cost_money_take_no_units() -> None:
    allowances = Day({"QUOTA_SHARE": "1"}).start("tiktok")
    assert read(allowances, Pages(platform="tiktok", size=0), 500) == 500
    assert read(Day({"QUOTA_SHARE": "1"}).start(), Pages(platform="tiktok", size=0), 500) == 10


def test_a_run_sets_aside_what_it_may_cost() -> None:
    """Two dollars a day, five a thousand comments: four runs of a hundred at 50 cents."""
    day = Day({"APIFY_DOLLARS_A_DAY": "2", "APIFY_CENTS_A_THOUSAND": "5000"})
    first, second, want = day.start(), day.start(), Want(limit=100)
    assert first.run_cents(want) == 500
    assert first.spend(want) == MIDNIGHT, "more than a day has"
    cheap = Want(limit=10)
    spent = [each.spend(cheap) for each in (first, second) * 3]
    assert spent == [None] * 4 + [MIDNIGHT] * 2
    day.now = MIDNIGHT
    assert first.spend(cheap) is None


def test_a_job_that_could_cost_too_much_is_told_how_to_be_smaller() -> None:
    allowances = Day({"APIFY_DOLLARS_A_JOB": "10"}).start("instagram", "tiktok")
    posts = [PostRef(platform="instagram", id=str(n)) for n in range(3)]
    others = [PostRef(platform="youtube", id=str(n)) for n in range(500)]
    allowances.admit(job(posts=posts[:2] + others))
    with pytest.raises(Rejected, match=r"15\.00 dollars .* at most 2 links of instagram"):
        allowances.admit(job(posts=posts))
    Day().start("instagram").admit(job(posts=posts * 100))


def test_jobs_at_once_and_comments_sent_along() -> None:
    day = Day({"JOBS_AT_ONCE": "2", "COMMENTS_A_DAY": "100"})
    day.start().admit(job(job="a", uploaded=70))
    with pytest.raises(TooMany, match="31 comments") as raised:
        day.start().admit(job(job="b", uploaded=31))
    assert raised.value.retry_after == 4 * 3600
    with pytest.raises(TooMany, match="2 jobs under way"):
        day.start().admit(job(job="c", uploaded=1))
    day.start().admit(job(job="d", owner="you", uploaded=100))


def test_without_limits_nothing_is_counted() -> None:
    day = Day()
    allowances = day.start("instagram")
    assert read(allowances, Pages(), 50) == 50
    allowances.admit(job(posts=[POST] * 9, uploaded=10**6))
    assert allowances.spend(Want(limit=50_000)) is None
    assert day.counters.counts == {}
    assert day.places.names("") == []
