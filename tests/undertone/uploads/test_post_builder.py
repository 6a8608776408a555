"""Rows become posts, and nothing that was sent is lost without a note."""

import json
import re
from collections.abc import Callable

import msgspec
import pytest

from tests.undertone.uploads.conftest import read, texts
from undertone.errors import Rejected
from undertone.limits import (
    MAX_AUTHOR,
    MAX_COLUMNS,
    MAX_COMMENTS,
    MAX_ID,
    MAX_LINE,
    MAX_POSTS,
    MAX_TEXT,
    MAX_TITLE,
)
from undertone.posts import LONGEST
from undertone.uploads.cells import parse_count


def test_nothing_that_was_sent_is_dropped() -> None:
    (post,) = read("id,text,date\n1,a,whenever\n1,b,\n,c,\n2,,\n", "text/csv")
    assert [(c.id, c.text) for c in post.comments] == [("1", "a"), ("1#2", "b"), ("3", "c")]
    assert "times not understood: 1" in post.note
    assert "rows without text: 1" in post.note
    assert "ids that were taken already: 1" in post.note


def test_copies_of_an_id_are_numbered_whatever_else_is_there() -> None:
    (post,) = read("id,text\nx,a\nx#3,b\nx,c\nx,d\nx#2,e\nx,f\n", "text/csv")
    assert [c.id for c in post.comments] == ["x", "x#3", "x#2", "x#4", "x#2#2", "x#5"]
    assert "ids that were taken already: 4" in post.note


LONG = "l" * (MAX_TEXT + 1)


def test_a_field_that_is_too_long_is_cut_and_does_not_lose_its_comment() -> None:
    row = {"text": LONG, "id": LONG, "author": LONG, "parent": LONG, "title": LONG, "post": LONG}
    (post,) = read(json.dumps([row, {"text": "b", "parent": LONG, "post": LONG}]), "")
    first, second = post.comments
    assert (len(first.text), len(first.id), len(first.author)) == (MAX_TEXT, MAX_ID, MAX_AUTHOR)
    assert second.parent == first.id == first.parent
    assert len(post.title) == MAX_TITLE
    assert len(post.id) == 200 + 1 + 16
    for told in (
        "texts cut to 2,000,000 characters: 1", "authors cut to 500 characters: 1",
        "ids cut to 500 characters: 1", "parents cut to 500 characters: 2",
        "titles cut to 1,000 characters: 1",
    ):  # fmt: skip
        assert told in post.note


def test_what_replies_inherit_is_no_longer_than_a_field() -> None:
    """Each of these replies would otherwise repeat 100,000 characters."""
    replies = ",".join(['"a"'] * 1000)
    comment = f'{{"text":"x","id":"{"i" * 100_000}","replies":[{replies}]}}'
    post = f'{{"id":"{"p" * 100_000}","title":"{"t" * 100_000}","comments":[{comment}]}}'
    (posted,) = read(f"[{post}]", "application/json")
    assert len(posted.comments) == 1001
    assert {len(c.parent) for c in posted.comments} == {0, MAX_ID}
    assert len({id(c.parent) for c in posted.comments}) == 2
    assert len(msgspec.json.encode(posted)) < 1001 * (MAX_ID + 100) + 10_000


def test_a_line_of_text_that_is_too_long_is_cut_and_said() -> None:
    (post,) = read("a" * (2 * MAX_LINE) + "\nb\n", "text/plain")
    assert [len(text) for text in texts(post)] == [MAX_TEXT, 1]
    assert "texts cut to 2,000,000 characters: 1" in post.note


def test_a_note_is_short_however_long_the_names_of_columns_are() -> None:
    header = ",".join(["te" + "!" * 90 + "xt", *(f"{'c' * 5000}{n}" for n in range(500))])
    (post,) = read(f"{header}\na,b\n", "text/csv")
    assert texts(post) == ["a"]
    assert len(post.note) < 1000


@pytest.mark.parametrize(
    ("written", "content_type"),
    [
        (lambda count: "a\n" * count, "text/plain"),
        (lambda count: "text\n" + "a\n" * count, "text/csv"),
        (lambda count: "text,likes\n" + ",1\n" * count, "text/csv"),
        (lambda count: "[" + '"a",' * (count - 1) + '"a"]', "application/json"),
        (lambda count: "{}\n" * (count - 1) + '{"text":"a"}', "application/x-ndjson"),
    ],
    ids=["text", "CSV", "rows without text", "JSON", "JSON Lines"],
)
def test_as_many_comments_as_may_be_sent_and_no_more(
    written: Callable[[int], str], content_type: str
) -> None:
    (post,) = read(written(MAX_COMMENTS), content_type)
    assert len(post.comments) in {MAX_COMMENTS, 1, 0}
    with pytest.raises(Rejected, match=r"300,001 comments are more .* send at most 300,000"):
        read(written(MAX_COMMENTS + 1), content_type)


def test_more_posts_than_a_job_takes_are_refused_while_they_are_read() -> None:
    rows = "\n".join(f"a,{number}" for number in range(MAX_POSTS + 1))
    with pytest.raises(Rejected, match=r"more than 10,000 posts .* send at most 10,000"):
        read(f"text,post\n{rows}", "text/csv")


WIDE = {f"a{number}": 1 for number in range(MAX_COLUMNS)} | {"text": "x"}


@pytest.mark.parametrize("body", [",".join(WIDE) + "\nx\n", json.dumps([WIDE])])
def test_a_table_has_no_more_columns_than_are_read(body: str) -> None:
    with pytest.raises(Rejected, match=r"1,001 columns are more .* send at most 1,000"):
        read(body)


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("12", 12),
        (" 1,234 ", 1234),
        ("1.234.567", 1_234_567),
        ("1 234", 1234),
        ("1.2K", 1200),
        ("1,5m", 1_500_000),
        ("3 likes", 3),
        ("7.0", 7),
        ("", None),
        ("many", None),
        ("-1", -1),
        ("\u22121,234", -1234),
        ("- 1", None),
        ("1.2.3k", None),
        ("9" * 16, None),
        ("1 234K", 1_234_000),
        ("1\u00a0234K", 1_234_000),
        ("1\u202f234.5K", 1_234_500),
        ("1 2K", None),
        ("9" * 300 + "K", None),
        ("9" * 400 + "K", None),
        ("9" * 400_000 + "M", None),
        ("9007199254740993", None),
        ("9007199254740992", 2**53),
        ("9007199254741K", None),
    ],
)
def test_counts_as_people_write_them(cell: str, count: int | None) -> None:
    assert parse_count(cell) == count


def test_a_link_that_is_too_long_to_be_read_is_no_posts_address() -> None:
    link = "https://youtu.be/dQw4w9WgXcQ?".ljust(LONGEST, "a")
    one, two = read(f"text,post\na,{link}\nb,{link}a\nc,{link}aa\n", "text/csv")
    assert (one.id, texts(one)) == ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", ["a"])
    assert (two.id[:40], texts(two)) == (link[:40], ["b", "c"])


def test_fields_as_long_as_may_be_are_not_cut() -> None:
    row = {"id": "i" * MAX_ID, "author": "a" * MAX_AUTHOR, "title": "t" * MAX_TITLE}
    (post,) = read(json.dumps([row | {"text": "x" * MAX_TEXT}]), "application/json")
    assert "cut" not in post.note
    (post,) = read(json.dumps([row | {"text": "x", "id": "i" * (MAX_ID + 1)}]), "application/json")
    assert "ids cut to 500 characters: 1" in post.note


def test_the_first_title_of_a_post_is_its_own() -> None:
    (post,) = read("text,title,time\na,,\nb,One,soon\n,Two, \n", "text/csv")
    assert post.title == "One"
    assert "; times not understood: 1; rows without text: 1; first texts: “a”, “b”" in post.note


def test_rows_without_an_id_have_their_number_in_the_file() -> None:
    one, two = read("text,post\na,p\nb,q\n,p\nc,p\n", "text/csv")
    assert [[comment.id for comment in post.comments] for post in (one, two)] == [["1", "4"], ["2"]]


def test_two_long_links_of_posts_are_two_posts() -> None:
    links = [f"https://a.example/{'x' * 300}/{number}" for number in (1, 2)]
    one, two = read(f"text,media_permalink\na,{links[0]}\nb,{links[1]}\n", "text/csv")
    assert [one.id, two.id] == links


def test_negative_scores_and_parents_that_are_none() -> None:
    rows = "c1,a,-5,root\nt1_c2,b,3,t1_c1\nc3,c,0,t3_57dw9a\n"
    (post,) = read(f"id,text,score,parent\n{rows}", "text/csv")
    assert [(c.id, c.likes, c.parent) for c in post.comments] == [
        ("c1", -5, ""), ("c2", 3, "c1"), ("c3", 0, ""),
    ]  # fmt: skip


def test_among_reviews_a_score_is_stars_a_title_its_own_and_the_companys_reply_not_read() -> None:
    header = "reviewId,review,reply,score,thumbsUpCount,at,title"
    rows = "1,so good,Thank you!,5,3,2024-05-01,Wow\n2,,We are sorry,1,0,2024-05-02,Never again\n"
    (post,) = read(f"{header}\n{rows}", "text/csv")
    assert [(c.text, c.stars, c.likes) for c in post.comments] == [
        ("so good", 5, 3), ("Never again", 1, 0),
    ]  # fmt: skip
    assert post.title == ""
    assert "rows of which the title is the only text: 1" in post.note


def test_ratings_that_are_no_stars_are_counted() -> None:
    (post,) = read("review,rating\na,97\nb,4\nc,\n", "text/csv")
    assert [c.stars for c in post.comments] == [None, 4, None]
    assert "ratings that are no 0 to 5 stars: 1" in post.note


def test_links_of_the_comments_themselves_make_no_posts() -> None:
    rows = "".join(f"{n},t{n},https://x.example/status/{n}\n" for n in range(10, 15))
    (post,) = read(f"id,text,url\n{rows}", "text/csv")
    assert len(post.comments) == 5
    assert "the links are each comment's own" in post.note
    posts = read(f"id,text,post url\n{rows}", "text/csv")
    assert len(posts) == 5, "a column that is called so is one of posts"


def test_the_first_three_texts_are_told_so_that_a_wrong_column_is_seen() -> None:
    (post,) = read("text,likes\n2024-05-01,1\n2024-05-02,1\n2024-05-03,1\nx,1\n", "text/csv")
    assert post.note.endswith("first texts: “2024-05-01”, “2024-05-02”, “2024-05-03”")


def test_relative_times_and_doubtful_dates_are_told() -> None:
    (post,) = read("text,date\na,2 weeks ago\nb,03/04/2025\nc,6mo\n", "text/csv")
    assert all(comment.created_at for comment in post.comments)
    assert re.search(r"approximate, counted back from \d{4}-\d\d-\d\d: 2", post.note)
    assert "dates such as 03/04/2025 were read as month/day/year" in post.note


def test_html_that_an_export_left_in_is_resolved() -> None:
    (post,) = read("text,title\nIt&#39;s<br>good,A &amp; B\n", "text/csv")
    assert (texts(post), post.title) == (["It's\ngood"], "A & B")
