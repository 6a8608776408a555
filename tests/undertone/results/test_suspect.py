"""What may be spam, and what only looks a little like it."""

from __future__ import annotations

import re
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.records import Comment
from undertone.results.suspect import (
    AUTHORS,
    MOST_COPIES,
    copied_texts,
    suspects,
    why_suspect,
)

CHANT = "Who else is here after the final of the cup?"


def said(text: str, author: str = "", number: int = 0) -> Comment:
    return Comment(id=f"{author}{number}", text=text, author=author)


def marked(*comments: Comment) -> list[str]:
    return suspects(comments, copied_texts(comments))


def test_the_same_text_by_many_authors_is_a_copy_whatever_its_marks() -> None:
    forms = [CHANT, CHANT.upper() + " 🔥🔥", "who else is here, after the final -- of the CUP"]
    comments = [said(form, author) for form, author in zip(forms, "abc", strict=True)]
    assert marked(*comments, said("I was in the stadium, and it was great", "d")) == [
        *["copy"] * 3,
        "",
    ]


def test_one_who_says_it_often_is_not_many() -> None:
    assert marked(*[said(CHANT, "a", n) for n in range(9)], said(CHANT, "b")) == [""] * 10


def test_authors_that_nobody_knows_are_taken_for_different_ones() -> None:
    assert marked(*[said(CHANT, "", n) for n in range(AUTHORS)]) == ["copy"] * AUTHORS
    assert marked(*[said(CHANT, "", n) for n in range(AUTHORS - 1)]) == [""] * (AUTHORS - 1)


@pytest.mark.parametrize("text", ["first", "❤️❤️❤️❤️❤️❤️❤️❤️❤️❤️❤️❤️", "so beautiful!!", "", "LOL " * 4])
def test_short_texts_are_what_people_come_upon_by_themselves(text: str) -> None:
    assert marked(*[said(text, f"a{n}") for n in range(50)]) == [""] * 50


@pytest.mark.parametrize(
    "text",
    [
        "Check out my channel, I post every day",
        "check my profile 🔥",
        "hot pics, link in bio",
        "LINKS ARE IN MY PROFILE",
        "sub4sub anyone?",
        "sub to me and I sub back",
        "follow me for more",
        "I lost hope until I met him, text him on whatsapp +1 555 123 4567",
        "I make $500 a day from home",
        "Earning 3,000$ per week since I met Mrs Rose",
    ],
)
def test_advertising_for_oneself(text: str) -> None:
    assert why_suspect(said(text), ()) == "advert"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://spam.example/win", "link"),
        ("wow look www.free-stuff.example", "link"),
        ("get it at free-stuff.shop/now", "link"),
        ("The paper says so in its third section, see https://arxiv.org/abs/1 for the proof", ""),
        ("I liked it. Not.Really/though", ""),
        ("his channel is great", ""),
        ("check out the part at 2:30", ""),
        ("my profile picture is from this film", ""),
        ("I follow him for years", ""),
        ("This bread takes 3 hours a day to make", ""),
        ("nothing", ""),
    ],
)
def test_a_link_with_nothing_around_it_and_what_is_none(text: str, why: str) -> None:
    assert why_suspect(said(text), ()) == why


def test_the_copies_that_are_remembered_are_the_most_frequent() -> None:
    texts = [f"copy number {n} of a text that many wrote" for n in range(MOST_COPIES + 5)]
    comments = [said(text, f"a{n}") for text in texts for n in range(AUTHORS)]
    comments += [said(texts[-1], "z")]
    found = copied_texts(comments)
    assert len(found) == MOST_COPIES
    assert why_suspect(comments[-1], found[:1]) == "copy"
    assert copied_texts(comments[::-1]) == found


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 4)), max_size=40))
def test_copies_are_those_that_a_plain_count_finds(pairs: list[tuple[str, int]]) -> None:
    texts = {letter: f"a text {letter} that is long enough" for letter in "abcd"}
    comments = [said(texts[letter], f"author {who}") for letter, who in pairs]
    writers: dict[str, set[int]] = {}
    for letter, who in pairs:
        writers.setdefault(letter, set()).add(who)
    expected = ["copy" if len(writers[letter]) >= AUTHORS else "" for letter, _ in pairs]
    assert marked(*comments) == expected


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert why_suspect(said(text), ()) in {"", "copy", "link", "advert"}


@pytest.mark.parametrize(
    "text",
    ["a." * 500_000, "earn " * 400_000, "whatsapp" * 200_000, "my " * 500_000, "-" * 2_000_000,
     "www." * 500_000, "make $1" + "," * 2_000_000, "check out " * 200_000, "telegram " * 200_000],
)  # fmt: skip
def test_hostile_texts_take_no_longer_than_their_beginning(text: str) -> None:
    began = perf_counter()
    why_suspect(said(text), ("0",))
    assert perf_counter() - began < 0.25


def test_a_digest_in_the_snapshot_is_short() -> None:
    (digest,) = copied_texts([said(CHANT, author) for author in "abc"])
    assert re.fullmatch("[0-9a-f]{16}", digest)
