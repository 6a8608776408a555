"""The rows of a job's result, from what arrived."""

from __future__ import annotations

import csv
import io

from tests.undertone.pipeline.conftest import URL, Bench, page
from undertone.pipeline import names
from undertone.pipeline.job_records import Request
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
