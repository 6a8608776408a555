"""What a day gives: comments and units of platforms' quotas to an owner, money to the deployment.

Each is a counter that all instances share, which begins anew when its day does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from undertone.errors import Delayed, Permanent, Rejected, TooMany
from undertone.identity.config import LimitsConfig
from undertone.identity.rates import counter_name, day_end
from undertone.identity.running import RunningJobs
from undertone.ports import Clock, Counters, NewJob, Source
from undertone.records import Page, PostRef, Want


@dataclass(frozen=True)
class PlatformQuota:
    """What a platform gives the whole deployment in a time, and what reading a page takes of it."""

    units: int
    ends: Callable[[datetime], datetime]
    """When the time ends that the given moment is in."""
    first_page: int = 1
    page: int = 1


def _pacific_day_end(now: datetime) -> datetime:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only for YouTube

    local = now.astimezone(ZoneInfo("America/Los_Angeles"))
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(now.tzinfo)


def _hour_end(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


QUOTAS = {
    # https://developers.google.com/youtube/v3/determine_quota_cost: videos, commentThreads and
    # comments cost a unit each; the first page asks for the video as well
    "youtube": PlatformQuota(10_000, _pacific_day_end, first_page=2),
    # https://developers.tiktok.com/doc/research-api-faq: 1,000 requests a day, from 12 AM UTC
    "tiktok": PlatformQuota(1_000, day_end),
    # https://developers.facebook.com/docs/graph-api/overview/rate-limiting: 200 an hour a user
    "instagram": PlatformQuota(200, _hour_end),
    # https://hn.algolia.com/api: 10,000 an hour an address
    "hackernews": PlatformQuota(10_000, _hour_end),
}
"""Platforms whose quota lasts an hour or longer, so that who takes it all takes it from all. Where
it is filled again within minutes, others only wait for their turn."""


COSTLY = frozenset({"instagram", "tiktok"})
"""Platforms that may be read by paid runs."""


class Allowances:
    """What is left of a day for whom."""

    def __init__(
        self,
        limits: LimitsConfig,
        counters: Counters,
        running: RunningJobs,
        clock: Clock,
        paid: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        """`paid()`: platforms that are read by paid runs; called for `COSTLY` ones only."""
        self._limits = limits
        self._paid = paid
        self._counters = counters
        self._running = running
        self._clock = clock

    def admit(self, job: NewJob) -> None:
        """See `Admission`."""
        self._check_cost(job)
        if self._limits.jobs_at_once:
            self._running.take(f"running/{_digest(job.owner)}/", job.job)
        if job.uploaded and not self.take_comments(job.owner, job.uploaded):
            wait = ceil((day_end(self._clock()) - self._clock()).total_seconds())
            raise TooMany(
                f"{job.uploaded:,} comments are more than you have left today of "
                f"{self._limits.comments_a_day:,}; the next day begins at 00:00 UTC",
                retry_after=wait,
            )

    def _check_cost(self, job: NewJob) -> None:
        """Raises Rejected for a job that could cost more at Apify than one may."""
        most, price = self._limits.apify_dollars_a_job * 100, self.run_cents(job.want)
        costly = [post.platform for post in job.posts if post.platform in COSTLY]
        platforms = self._paid() if costly and most else frozenset()
        paid = sum(platform in platforms for platform in costly)
        if paid * price > most:
            raise Rejected(
                f"this job could cost {paid * price / 100:.2f} dollars at Apify, and one job may "
                f"cost {most // 100}: ask for fewer comments a post, or send at most "
                f"{most // price} links of {' and '.join(sorted(platforms))}"
            )

    def run_cents(self, want: Want) -> int:
        """What a paid run for one post may cost at most, in cents."""
        return max(1, ceil(want.limit * self._limits.apify_cents_a_thousand / 1000))

    def spend(self, want: Want) -> datetime | None:
        """Set aside what one paid run may cost; None, or when there will be more."""
        now, most = self._clock(), self._limits.apify_dollars_a_day * 100
        ends = day_end(now)
        return None if self._take("apify", "", self.run_cents(want), most, ends) else ends

    def take_comments(self, owner: str, count: int) -> bool:
        """Count comments of the owner's day; False if they are more than are left."""
        ends = day_end(self._clock())
        return self._take("comments", owner, count, self._limits.comments_a_day, ends)

    def take_page(self, owner: str, platform: str, *, is_first: bool) -> datetime | None:
        """Count reading a page; None, or when the owner's share of the quota begins anew."""
        quota = QUOTAS.get(platform)
        if quota is None or not self._limits.quota_share:
            return None
        if platform in COSTLY and platform in self._paid():
            return None
        units = quota.first_page if is_first else quota.page
        most, ends = self.share(platform), quota.ends(self._clock())
        return None if self._take(f"quota-{platform}", owner, units, most, ends) else ends

    def share(self, platform: str) -> int:
        """Units of the platform's quota that one owner may use."""
        return max(1, QUOTAS[platform].units * self._limits.quota_share // 100)

    @property
    def comments_a_day(self) -> int:
        """Of one owner; 0 is no limit."""
        return self._limits.comments_a_day

    def now(self) -> datetime:
        """The present moment, by the clock that days are counted by."""
        return self._clock()

    def _take(self, what: str, key: str, count: int, most: int, ends: datetime) -> bool:
        if not most:
            return True
        name = counter_name(int(ends.timestamp()), what, key)
        return self._counters.take(name, count, most) is not None

    def metered(self, source: Source, owner: str) -> Source:
        """`source`, read on behalf of `owner` and counted."""
        return MeteredSource(source, owner, self)


class MeteredSource:
    """A source whose pages and comments are counted for one owner."""

    def __init__(self, source: Source, owner: str, allowances: Allowances) -> None:
        self.platform = source.platform
        self._source = source
        self._owner = owner
        self._allowances = allowances

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        """One page; see `Source.read`. Raises Delayed for this post alone when a share is used up.

        A page whose comments are more than are left today is read again tomorrow.
        """
        until = self._allowances.take_page(self._owner, self.platform, is_first=cursor is None)
        if until is not None:
            share = self._allowances.share(self.platform)
            raise Delayed(
                f"your share of {self.platform}'s quota ({share:,} units) is used up",
                until,
                platform_wide=False,
            )
        page = self._source.read(post, want, cursor)
        self._count(len(page.comments))
        return page

    def _count(self, comments: int) -> None:
        if not comments or self._allowances.take_comments(self._owner, comments):
            return
        most = self._allowances.comments_a_day
        if comments > most:
            raise Permanent(
                f"a page of {comments:,} comments is more than you may read a day ({most:,}); "
                "ask for fewer comments a post"
            )
        raise Delayed(
            f"you have read your {most:,} comments of today",
            day_end(self._allowances.now()),
            platform_wide=False,
        )


def _digest(owner: str) -> str:
    return hashlib.sha256(owner.encode()).hexdigest()[:40]
