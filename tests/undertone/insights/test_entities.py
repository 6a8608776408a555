import unicodedata
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from undertone.insights.entities import Cleaned, Entity, Matcher, clean, count


def names_in(text: str, *names: str, match_case: bool = False) -> list[tuple[str, str]]:
    """Name of the entity and the words of the text, for each mention."""
    entities = [Entity(name=name) for name in names]
    found = Matcher(entities, match_case=match_case).find(text)
    return [(names[m.entity], found.text[m.start : m.end]) for m in found.mentions]


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("Sam Gamgee met Sam.", ("Sam", "Sam Gamgee"), ["Sam Gamgee", "Sam"]),
        ("Sam\n  Gamgee", ("Sam", "Sam Gamgee"), ["Sam Gamgee"]),
        ("Sams samba Sam2 _Sam Samé", ("Sam",), []),
        ("#Sam, Sam's (Sam) Sam-like ❤️Sam👍🏽", ("Sam",), ["Sam"] * 5),
        ("Same\u0301 Sam\u0301", ("Sam",), []),
        ("Jose\u0301 y JOSÉ", ("José",), ["José", "JOSÉ"]),
        ("die STRASSE", ("straße",), ["STRASSE"]),
        ("山田さんと山田太郎", ("山田", "山田太郎"), ["山田", "山田太郎"]),
        ("สมชายไปหาสมชาย", ("สมชาย",), ["สมชาย", "สมชาย"]),
        ("Анна и Аннапурна", ("анна",), ["Анна"]),
        ("राम रामायण", ("राम",), ["राम"]),
        ("AC/DC and C++ and C", ("AC/DC", "C++", "C"), ["AC/DC", "C++", "C"]),
        ("New York City Hall", ("New York", "York City Hall"), ["New York"]),
        ("", ("Sam",), []),
        ("\x02Sam\x01 \x02Sa\x01m", ("Sam",), ["Sam"]),
    ],
)
def test_mentions(text: str, names: tuple[str, ...], expected: list[str]) -> None:
    assert [words for _, words in names_in(text, *names)] == expected


def test_case_counts_where_it_is_asked_for() -> None:
    assert names_in("us and US", "US", match_case=True) == [("US", "US")]
    assert len(names_in("us and US", "US")) == 2


def test_the_longest_alias_wins_whosever_it_is() -> None:
    entities = [Entity(name="Sam", aliases=("Mr Weller",)), Entity(name="Sam Weller")]
    found = Matcher(entities).find("sam weller, Mr Weller and Sam; SAM WELLER")
    assert count(found) == {1: 2, 0: 2}
    assert list(count(found)) == [1, 0]


ALPHABET = "ab1_ .-É\u0301ß\u02bc山とกั\u200d\ufe0f❤İ"


def reference(text: str, names: list[str]) -> list[tuple[str, int]]:
    """Mentions by looking for every name at every place: names and their places."""
    folded = [(char, index) for index, source in enumerate(text) for char in source.casefold()]
    chars = "".join(char for char, _ in folded)
    found, place = [], 0
    while place < len(chars):
        fits = [
            name
            for name in names
            if chars.startswith(name.casefold(), place)
            and _boundary(chars, place)
            and _boundary(chars, place + len(name.casefold()))
        ]
        if not fits:
            place += 1
            continue
        longest = max(fits, key=lambda name: len(name.casefold()))
        found.append((longest.casefold(), folded[place][1]))
        place += len(longest.casefold())
    return found


def _boundary(text: str, place: int) -> bool:
    if place in {0, len(text)}:
        return True
    before, after = text[place - 1], text[place]
    if _is_mark(after):
        return False
    return not (_is_letter(after) and (_is_letter(before) or _is_word_mark(before)))


def _is_mark(char: str) -> bool:
    return char == "\u200d" or (char != "\ufe0f" and unicodedata.category(char) in {"Mn", "Mc"})


def _is_word_mark(char: str) -> bool:
    return _is_mark(char) and char != "ั"


def _is_letter(char: str) -> bool:
    return (char.isalnum() or char == "_") and char not in "山とก"


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@settings(max_examples=500, deadline=None)
@given(
    text=st.text(ALPHABET, max_size=40),
    names=st.lists(st.text(ALPHABET, min_size=1, max_size=4), min_size=1, max_size=6),
)
def test_mentions_are_those_of_the_slow_reference(text: str, names: list[str]) -> None:
    tidy = [name for name in map(_tidy, names) if name]
    found = Matcher([Entity(name=name) for name in tidy]).find(text)
    actual = [(tidy[m.entity].casefold(), m.start) for m in found.mentions]
    assert actual == reference(_tidy(text), tidy)


def test_ten_thousand_aliases_cost_a_text_no_more_than_its_length() -> None:
    aliases = tuple("a " * n + f"b{n}x{m}" for n in range(25) for m in range(400))
    matcher = Matcher([Entity(name="all", aliases=aliases)])

    def seconds(length: int) -> float:
        text = "a b1x1 " * length
        times = []
        for _ in range(3):
            began = process_time()
            assert len(matcher.find(text).mentions) == length
            times.append(process_time() - began)
        return min(times)

    assert seconds(40_000) < 9 * seconds(10_000)


def test_a_thousand_marks_on_a_letter_end_in_time() -> None:
    began = process_time()
    Matcher([Entity(name="Sam")]).find("a" + "\u0301\u0323" * 200_000)
    assert process_time() - began < 5


def test_entities_of_the_same_name_are_one() -> None:
    twice = [Entity(name="Ana  Ruiz", aliases=("Ani",)), Entity(name="ana ruiz", aliases=("AR",))]
    assert clean(twice) == Cleaned(
        (Entity(name="Ana Ruiz", aliases=("Ani", "AR")),),
        ("'ana ruiz' is there more than once; counted as one",),
    )


def test_a_first_name_joins_the_only_full_name_that_has_it() -> None:
    cleaned = clean([Entity(name="Ana", aliases=("Ani",)), Entity(name="Ana Ruiz")])
    assert cleaned.entities == (Entity(name="Ana Ruiz", aliases=("Ana", "Ani")),)
    assert "alone" in cleaned.notes[0]


def test_a_first_name_of_two_stays_by_itself() -> None:
    people = [Entity(name=name) for name in ("Ana", "Ana Ruiz", "Ana Lind")]
    cleaned = clean(people)
    assert cleaned.entities == tuple(people)
    assert cleaned.notes == ("'Ana' may be 'Ana Ruiz' or 'Ana Lind'; counted by itself",)


def test_an_alias_that_two_claim_is_nobodys_and_one_that_is_a_name_is_its_bearers() -> None:
    cleaned = clean(
        [
            Entity(name="Vera Holt", aliases=("the captain", "Bo")),
            Entity(name="Rik Dahl", aliases=("The Captain", "RD", "rd", "")),
            Entity(name="Bo"),
        ]
    )
    assert [entity.aliases for entity in cleaned.entities] == [(), ("RD",), ()]
    assert len(cleaned.notes) == 3


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(
            Entity,
            name=st.sampled_from(["A", "a", "A B", "A C", "B", "B  D"]),
            aliases=st.lists(st.sampled_from(["A", "b", "x", "X", "y"]), max_size=3).map(tuple),
        ),
        max_size=6,
    )
)
def test_cleaning_leaves_no_pattern_twice_and_is_done_once(entities: list[Entity]) -> None:
    cleaned = clean(entities)
    patterns = [
        " ".join(pattern.casefold().split())
        for entity in cleaned.entities
        for pattern in (entity.name, *entity.aliases)
    ]
    assert len(patterns) == len(set(patterns))
    assert clean(cleaned.entities).entities == cleaned.entities
