"""Each public set's own format, as examples; the sets themselves are not part of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.corpus import Example
from training.domains import DOMAINS, MOST, read_domains, read_groups, sampled

FILES = {
    "twitter4242.txt": '3\t2\t?RT @a: "the bigger the better\n1\t1\tnothing\n1\t4\tawful\n',
    "Tweets.csv": (
        "tweet_id,airline_sentiment,c,n,nc,airline,g,name,ng,rc,text,tc,cr,loc,tz\r\n"
        '1,neutral,1,,,United,,a,,0,"When, please?",,,,\r\n'
        "2,positive,1,,,Delta,,a,,0,Thank you,,,,\r\n"
        "3,positive,1,,,Delta,,a,,0,Thank you,,,,\r\n"
        "4,negative,1,,,Delta,,a,,0,Both,,,,\r\n5,positive,1,,,Delta,,a,,0,Both,,,,\r\n"
    ),
    "debate08_sentiment_tweets.tsv": (
        "id\tdate\ttweet\tauthor\tname\tr1\tr2\tr3\r1\td\tbad one\ta\tA\t1\t1\t4\r"
        "2\td\tgood one\ta\tA\t2\t2\t2\r3\td\tunclear\ta\tA\t1\t2\t4\r4\td\tother\ta\tA\t4\t4\t4"
    ),
    "testdata.manual.2009.06.14.csv": (
        '"4","3","d","kindle","a","I love it"\n"2","4","d","q","a","is"\n'
    ),
    "amazon_cells_labelled.txt": 'He said "no.\t0\nGreat!\t1\n',
    "sst.dev.tsv": "4\tGreat .\n2\tThere .\n1\tBad .\n-1\tunknown\n",
    "github.csv": 'id,dataset,text,oracle\n1,g,"a, b",-1\n2,g,fine,0\n3,g,thanks,1\n',
}
EXPECTED = {
    "twitter": [('RT @a: "the bigger the better', 2), ("nothing", 1), ("awful", 0)],
    "airlines": [("When, please?", 1), ("Thank you", 2)],
    "debate": [("bad one", 0), ("good one", 2)],
    "queries": [("I love it", 2), ("is", 1)],
    "products": [('He said "no.', 0), ("Great!", 2)],
    "critics": [("Great .", 2), ("There .", 1), ("Bad .", 0)],
    "github": [("a, b", 0), ("fine", 1), ("thanks", 2)],
    "finance": [("Profit rose to EUR 5 mn @ home .", 2), ("It is \xe4lso here .", 1)],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    finance = b"Profit rose to EUR 5 mn @ home .@positive\nIt is \xe4lso here .@neutral\nno label\n"
    (tmp_path / "Sentences_50Agree.txt").write_bytes(finance)
    return tmp_path


def test_each_format_is_read(folder: Path) -> None:
    found, _ = read_domains(folder, None)
    assert found == {name: [Example(*row) for row in rows] for name, rows in EXPECTED.items()}


def test_what_is_missing_is_named_with_its_file(folder: Path) -> None:
    _, missing = read_domains(folder, None)
    reasons = {one.name: one.reason for one in missing}
    assert set(reasons) == {d.name for d in DOMAINS} - set(EXPECTED) | {"reddit"}
    assert "jira.csv" in reasons["jira"]
    assert "UNDERTONE_DATA" in reasons["reddit"]


def test_without_a_folder_all_are_missing() -> None:
    found, missing = read_domains(None, None)
    assert found == {}
    assert len(missing) == len(DOMAINS) + 1


def test_what_a_set_is_about_makes_posts_of_one_platform(folder: Path) -> None:
    assert read_groups(folder) == {
        "airlines": {"United": [Example("When, please?", 1)], "Delta": [Example("Thank you", 2)]}
    }
    assert read_groups(None) == {}


def test_a_large_set_is_sampled_the_same_way_each_time() -> None:
    many = [Example(str(n), 1) for n in range(MOST + 100)]
    assert len(sampled(many, MOST)) == MOST
    assert sampled(many, MOST) == sampled(many, MOST) != many[:MOST]
    assert sampled(many[:9], MOST) == many[:9]
