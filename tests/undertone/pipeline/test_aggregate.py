"""The rows of a job's result, from what arrived."""

from __future__ import annotations

import csv
import io

from tests.undertone.pipeline.conftest import URL, Bench, page, upload
from undertone.pipeline import names
from undertone.pipeline.job_records import Request
from undertone.pipeline.reports import list_jobs, result_rows
from undertone.records import PostRef

SHORT = "https://vm.tiktok.com/ZM{}abc/"
LONG = PostRef(
    platform="tiktok",
    id="7000000000000000001",
    url="https://www.tiktok.com/@_/video/7000000000000000001",
)


def posts_csv(bench: Bench, request: Request) -> list[dict[str, str]]:
    text = bench.results.read(names.posts_csv(request.job)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_row_shows_the_post_that_its_short_link_led_to(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b", post=LONG)}
    request = bench.submit(SHORT.format(1))
    bench.drain()
    (row,) = posts_csv(bench, request)
    assert (row["platform"], row["post_id"], row["state"]) == ("tiktok", LONG.id, "ok")
    assert row["url"] == SHORT.format(1)


def test_of_two_short_links_to_one_post_the_first_has_the_figures(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b", post=LONG)}
    request = bench.submit(SHORT.format(1), SHORT.format(2), URL.format(1))
    bench.drain()
    first, second, other = posts_csv(bench, request)
    assert [row["post_id"] for row in (first, second)] == [LONG.id, LONG.id]
    assert (first["duplicate_of"], first["fetched"]) == ("", "2")
    assert (second["duplicate_of"], second["fetched"], second["state"]) == ("1", "", "ok")
    assert "row 1" in second["reason"]
    assert other["duplicate_of"] == "1", "this source gives the same post for every link"


def test_every_row_has_its_number_and_repeats_name_the_first(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b", "c")}
    request = bench.submit("nonsense", URL.format(1), URL.format(1), "more nonsense")
    bench.drain()
    rows = posts_csv(bench, request)
    assert [row["row"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["duplicate_of"] for row in rows] == ["", "", "2", ""]
    assert [row["state"] for row in rows] == ["unsupported", "ok", "ok", "unsupported"]
    assert [row["fetched"] for row in rows] == ["", "3", "", ""]
    assert rows[2]["reason"] == "the same post as row 2, which has the figures"


def test_rows_are_numbered_before_the_end_too(bench: Bench) -> None:
    bench.source.pages = {None: page("a")}
    request = bench.submit("nonsense", URL.format(1), URL.format(1), URL.format(2))
    first, _ = (message for message, _ in bench.take("posts"))
    bench.deliver("posts", first)
    bench.deliver("comments", bench.one("comments")[0])
    rows = result_rows(bench.services, request, 0)
    assert [row.row for row in rows] == [1, 2, 3, 4]
    assert [row.state for row in rows] == ["unsupported", "ok", "ok", "pending"]
    assert [row.duplicate_of for row in rows] == [None, None, 2, None]


def test_what_is_kept_of_an_ended_job(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b", "c")}
    request = bench.submit("nonsense", URL.format(1), URL.format(1), uploads=[upload(2)])
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert closed.status == "completed_with_errors"
    assert closed.states == {"ok": 2, "unsupported": 1}, "a repeat is not counted"
    assert (closed.comments, closed.unscored, closed.models) == (5, 0, ("fair@1",))
    (entry,) = list_jobs(bench.services, "me").jobs
    assert (entry.job, entry.status, entry.rows) == (request.job, "completed_with_errors", 4)
    assert bench.store.open_markers.find(request.job) is None


def test_a_job_without_a_fault_is_completed(bench: Bench) -> None:
    bench.source.pages = {None: page()}
    request = bench.submit(URL.format(1), uploads=[upload(2)])
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert (closed.status, closed.states) == ("completed", {"ok": 1, "no_comments": 1})
