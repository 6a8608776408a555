"""What the steps measure, as metrics (`undertone.telemetry`): of numbers alone, never of texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from undertone.errors import Delayed, Missing, Permanent, Transient, UndertoneError
from undertone.pipeline.attempts import HeldBack
from undertone.pipeline.messages import Delivery
from undertone.pipeline.paging import Overtaken
from undertone.pipeline.post_records import ChunkArrival
from undertone.pipeline.services import Services
from undertone.telemetry import Metric


def measure_wait(
    services: Services, queue: str, delivery: Delivery, sent_at: datetime | None
) -> None:
    """How long a message lay in its queue: only of those that were to be delivered at once."""
    if sent_at is None or delivery.may_be_done or delivery.message.attempt:
        return
    waited = (services.clock() - sent_at).total_seconds()
    services.telemetry.record(Metric.QUEUE_WAIT, max(0.0, waited), queue=queue)


@contextmanager
def measured_fetch(services: Services, platform: str) -> Iterator[None]:
    """Counts what fails in the block by platform and reason; what fails is raised as it was."""
    try:
        yield
    except (Overtaken, Missing):  # another delivery is ahead, or the job is gone: no errors
        raise
    except Exception as error:
        reason = _reason(error)
        services.telemetry.count(Metric.FETCH_ERRORS, platform=platform, reason=reason)
        raise


def _reason(error: Exception) -> str:
    """One of few words; an error's message could be anything."""
    match error:
        case Permanent():
            return error.state
        case HeldBack():
            return "held_back"
        case Delayed():
            return "throttled" if error.platform_wide else "delayed"
        case Transient():
            return "transient"
        case UndertoneError():
            return "storage"
    return "fault"


def measure_cache(services: Services, platform: str, *, hit: bool) -> None:
    """Whether a post's comments were in the cache."""
    services.telemetry.count(
        Metric.CACHE_LOOKUPS, platform=platform, result="hit" if hit else "miss"
    )


def measure_scoring(
    services: Services,
    model: str,
    arrival: ChunkArrival,
    languages: Mapping[str, int],
    seconds: float,
) -> None:
    """A chunk that the analyzer has read, by its arrival; `model` also if it scored nothing."""
    telemetry = services.telemetry
    telemetry.record(Metric.SCORING, seconds, model=model)
    for label in ("negative", "neutral", "positive"):
        if amount := getattr(arrival.tally, label):
            telemetry.count(Metric.COMMENTS_SCORED, amount, model=model, label=label)
    measure_unscored(services, arrival.unscored, model)
    for language, amount in languages.items():
        telemetry.count(Metric.LANGUAGES, amount, language=language)


def measure_unscored(services: Services, amount: int, model: str = "") -> None:
    """Comments that stay without a score."""
    if amount:
        services.telemetry.count(Metric.COMMENTS_UNSCORED, amount, model=model)


def measure_job(services: Services, status: str, began: datetime, ended: datetime) -> None:
    """A job that has just been closed."""
    services.telemetry.count(Metric.JOBS_CLOSED, status=status)
    services.telemetry.record(Metric.JOB, (ended - began).total_seconds(), status=status)
