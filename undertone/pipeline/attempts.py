"""A platform or an analyzer that says "later": the work is postponed, which is no failed try.

The message is sent again with a delay and its attempt raised; the attempt also stands in a blob,
one a post and one a chunk, that is written conditionally. So of several deliveries of the same work
only one goes on, whoever sent them. A platform that throttles keeps its other posts away as well.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

import msgspec

from model.analyzer import Unavailable
from undertone.errors import Delayed, Missing
from undertone.pipeline import names
from undertone.pipeline.arrivals import note_progress
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.post_records import Attempt, ProgressLine, Throttle
from undertone.pipeline.services import Services
from undertone.records import utc_text
from undertone.scrubbing import scrub

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
"""Bounds of the growing delay where a platform does not say how long to stay away."""
SHORTEST_DELAY = timedelta(seconds=1)
LONGEST_CHUNK_DELAY = timedelta(minutes=10)
"""Shorter than the time after which `reconcile` takes a job for stalled and sends chunks again."""
POSTS_A_MINUTE = 500
"""What a platform that throttles is at first taken to let through. It rarely says; if it is less,
`SLOWER_EACH_TIME` makes up for it within a few attempts, and if it is more, little is lost."""
SLOWER_EACH_TIME = 1.5
LONGEST_SPREAD = timedelta(hours=6)
TIME_TO_SCORE = timedelta(minutes=15)
"""Before the end of a job in which no post is asked for again: what was read of it by then still
has to be scored to count."""


class HeldBack(Delayed):
    """The platform has throttled another post a moment ago, so this one did not ask."""


def check_throttle(services: Services, platform: str) -> None:
    """Raises HeldBack while the platform wants to be left alone."""
    throttle = services.store.throttles.find_cached(platform)
    if throttle is not None and throttle.until > services.clock():
        raise HeldBack(throttle.reason, throttle.until, platform_wide=False)


def throttle_platform(services: Services, platform: str, delay: Delayed) -> None:
    """Make the platform's other posts wait as well, where it said for how long."""
    if delay.until is not None:
        services.store.throttles.write(Throttle(until=delay.until, reason=delay.reason), platform)


def postpone_post(services: Services, message: Message, delay: Delayed) -> str:
    """Send the post again as its next attempt; only one of several deliveries gets to do it.

    Returns why it cannot be: the job would have ended by then. Otherwise an empty string.
    """
    until = delay.until or services.clock() + _growing(message, LONGEST_DELAY)
    last = message.deadline - TIME_TO_SCORE
    throttles = 0
    if delay.platform_wide or isinstance(delay, HeldBack):
        until += _spread(message, until, last)
        throttles = message.throttles + 1
    message = msgspec.structs.replace(message, throttles=throttles)
    return _postpone(services, message, names.QUEUE_POSTS, until, delay.reason, last=last)


def postpone_chunk(services: Services, message: Message, error: Unavailable) -> str:
    """The same for a chunk whose analyzer cannot answer now."""
    delay = _growing(message, LONGEST_CHUNK_DELAY)
    if error.retry_after is not None:
        delay = timedelta(seconds=error.retry_after)
    until = services.clock() + delay
    return _postpone(
        services, message, names.QUEUE_COMMENTS, until, scrub(str(error)), last=message.deadline
    )


def _growing(message: Message, longest: timedelta) -> timedelta:
    return min(FIRST_DELAY * (1 << min(message.attempt, 20)), longest)


def _spread(message: Message, until: datetime, last: datetime) -> timedelta:
    """How much after `until` this post comes back, where all posts of its job may have to wait.

    If they all came at that moment, a platform that lets a hundred through would send back the
    rest, again and again. So each gets a moment of its own in a time that is as long as the
    platform may take for the job's posts, and grows with each throttle that meets the post. The
    moments are scattered evenly, and a post that came late once need not the next time.
    """
    slower = SLOWER_EACH_TIME ** min(message.throttles, 20)
    window = min(
        timedelta(minutes=(message.posts - 1) / POSTS_A_MINUTE) * slower,
        LONGEST_SPREAD,
        max(last - until, timedelta()) / 2,
    )
    place = crc32(f"{message.job}/{message.post}/{message.attempt}".encode())
    return window * (place / 2**32)


def _postpone(
    services: Services,
    message: Message,
    queue: str,
    until: datetime,
    reason: str,
    *,
    last: datetime,
) -> str:
    """`last`: the moment from which on it is too late."""
    until = max(until, services.clock() + SHORTEST_DELAY)
    if until >= last:
        return f"{reason}; that is past the end of this job, so send the post again later"
    writer = f"{services.randbits(64):x}"
    upcoming = Attempt(
        attempt=message.attempt + 1, until=until, throttles=message.throttles, writer=writer
    )
    if _raise_attempt(services, message, queue, upcoming):
        line = ProgressLine(post=message.post, waiting=reason, until=utc_text(until))
        note_progress(services, message.job, line)
        _send(services, message, queue, upcoming)
    return ""


def is_postponed(services: Services, job: str, post: int) -> bool:
    """Whether a message of this post is on its way that nobody may see yet."""
    standing = services.store.attempts.find(names.attempt(job, post))
    return standing is not None and standing.until > services.clock()


def current_attempt(services: Services, delivery: Delivery, queue: str) -> Message | None:
    """The message with the attempt it stands for, or None if another delivery replaces it.

    Between raising the attempt and sending it a crash may come; so a repeated delivery of an
    older attempt sends the present one (again). Of two that are sent only one can raise it.
    """
    message = delivery.message
    if not (message.attempt or delivery.may_be_done):
        return message  # the first there is; a second one would only do the same work again
    standing = services.store.attempts.find(_record(message, queue))
    if standing is None or message.attempt >= standing.attempt:
        return message
    if delivery.may_be_done and standing.until <= services.clock():
        return _as_attempt(message, standing)
    if delivery.dequeue_count > 1:
        _send(services, message, queue, standing)
    return None


def _record(message: Message, queue: str) -> str:
    """Where the attempts at this work stand."""
    if queue == names.QUEUE_POSTS:
        return names.attempt(message.job, message.post)
    return names.chunk_attempt(message.job, message.post, message.round, message.chunk)


def _raise_attempt(services: Services, message: Message, queue: str, upcoming: Attempt) -> bool:
    attempts, name = services.store.attempts, _record(message, queue)
    if message.attempt == 0 and attempts.create(upcoming, name):
        return True
    standing = attempts.find_with_etag(name)
    if standing is None:
        raise Missing(name)
    if standing.record == upcoming:
        return True  # ours: the answer to the write was lost, and the client wrote again
    if standing.record.attempt != message.attempt:
        return False
    return attempts.replace(upcoming, standing.etag, name) or attempts.find(name) == upcoming


def _send(services: Services, message: Message, queue: str, attempt: Attempt) -> None:
    is_chunk = queue == names.QUEUE_COMMENTS  # which may have been scored meanwhile
    body = msgspec.structs.replace(_as_attempt(message, attempt), again=is_chunk).encode()
    delay = max(0.0, (attempt.until - services.clock()).total_seconds())
    services.queues.send(queue, body, delay=delay)


def _as_attempt(message: Message, attempt: Attempt) -> Message:
    return msgspec.structs.replace(message, attempt=attempt.attempt, throttles=attempt.throttles)
