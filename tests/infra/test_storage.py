"""What the code names is made, and what storage removes by itself is what nobody needs any more."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any, get_type_hints

from functions.options import OptionsBody
from tools.infra.bicep import Resource, templates
from undertone.content.service import QUEUES as CONTENT_QUEUES
from undertone.own_posts import bulk
from undertone.pipeline import names
from undertone.pipeline.handlers import HANDLERS
from undertone.pipeline.names import poison_queue
from undertone.storage.containers import ALL

STORAGE = templates()["storage"]
QUEUES = [
    names.QUEUE_JOBS,
    names.QUEUE_POSTS,
    names.QUEUE_COMMENTS,
    names.QUEUE_FINISHED,
    names.QUEUE_FACTS,
    names.QUEUE_WINDOWS,
    bulk.QUEUE,
    *CONTENT_QUEUES.values(),
]
OTHER_PREFIXES = [
    names.OPEN,
    names.STOPS,
    "index/",
    "idempotency/",
]
"""Of blobs in the container `jobs` that belong to no job's folder."""


def resource(symbol: str) -> Resource:
    return next(each for each in STORAGE.resources if each.symbol == symbol)


def rules() -> dict[str, dict[str, Any]]:
    policy = resource("lifecycle").body["properties"]["policy"]
    return {rule["name"]: rule["definition"] for rule in policy["rules"]}


def test_every_container_of_the_code_is_made() -> None:
    assert STORAGE.variables["containers"] == list(ALL)
    assert resource("dataContainers").loops_over == "containers"


def test_the_package_has_a_container_of_its_own() -> None:
    package = STORAGE.variables["packageContainer"]
    assert package not in ALL
    assert resource("packages").body["name"] == "packageContainer"


def test_every_queue_and_its_poison_queue_is_made() -> None:
    wanted = {name for queue in QUEUES for name in (queue, poison_queue(queue))}
    assert set(STORAGE.variables["queues"]) == wanted
    assert HANDLERS.keys() <= wanted
    assert resource("appQueues").loops_over == "queues"


def test_storage_takes_no_keys_and_keeps_nothing_that_was_deleted() -> None:
    account = resource("account").body["properties"]
    assert account["allowSharedKeyAccess"] is False
    assert account["allowBlobPublicAccess"] is False
    assert account["isHnsEnabled"] is False, "append blobs need a flat namespace"
    blobs = resource("blobs").body["properties"]
    assert blobs["deleteRetentionPolicy"] == {"enabled": False}
    assert blobs["containerDeleteRetentionPolicy"] == {"enabled": False}
    assert blobs["isVersioningEnabled"] is False


def ids_until(year: int) -> list[str]:
    """Ids of jobs made month by month, from now to that year."""
    month, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(year, 1, 1, tzinfo=UTC)
    ids = []
    while month < end:
        ids += [names.new_job_id(month, bits) for bits in (lambda _: 0, lambda n: 2**n - 1)]
        month += timedelta(days=30)
    return ids


def test_the_rule_for_jobs_meets_their_blobs_and_no_others() -> None:
    prefixes = [
        prefix.removeprefix("jobs/")
        for prefix in rules()["old-jobs"]["filters"]["prefixMatch"]
        if prefix.startswith("jobs/")
    ]
    ids = ids_until(2070)
    assert len(ids) > 1000
    assert all(names.request(job).startswith(tuple(prefixes)) for job in ids)
    for prefix, other in itertools.product(prefixes, OTHER_PREFIXES):
        assert not other.startswith(prefix)
        assert not prefix.startswith(other)


def test_the_other_prefixes_are_those_of_the_code() -> None:
    job = ids_until(2027)[0]
    made = [names.open_marker(job), names.stop(job), names.index("o", job)]
    made.append(names.idempotency("o", "k"))
    assert [name.partition("/")[0] + "/" for name in made] == OTHER_PREFIXES


def test_no_rule_meets_a_whole_container_but_the_cache_and_results() -> None:
    met = {prefix for rule in rules().values() for prefix in rule["filters"]["prefixMatch"]}
    assert {prefix for prefix in met if prefix.endswith("/")} == {"comments/", "results/"}


def test_nothing_of_a_job_under_way_is_removed() -> None:
    """A job may take five days, and its staged blocks stay for seven."""
    assert STORAGE.variables["marginDays"] >= 7 + 5
    age = rules()["old-jobs"]["actions"]["baseBlob"]["delete"]["daysAfterModificationGreaterThan"]
    operands = age["operator"]["operands"]
    assert operands == {"operand_1": "retentionDays", "operand_2": "marginDays"}


def test_the_cache_outlives_what_a_job_may_ask_for() -> None:
    hints = get_type_hints(OptionsBody, include_extras=True)
    most = hints["max_age_minutes"].__metadata__[0].le
    decorators = templates()["main"].parameters["cacheDays"]["decorators"]
    least = next(each["argument"] for each in decorators if each["type"] == "min_value")
    assert least > most / 60 / 24
