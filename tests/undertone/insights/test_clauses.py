import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.insights.clauses import clause_starts, said_of
from undertone.insights.words import tidy_text


def said(text: str, *words: str) -> list[str]:
    found = said_of(text, {word: [text.index(word)] for word in words})
    return [found[word] for word in words]


@pytest.mark.parametrize(
    ("text", "words", "clauses"),
    [
        (
            "The food was great, but the staff was rude",
            ["food", "staff"],
            ["The food was great,", "but the staff was rude"],
        ),
        (
            "In short. I love the food. So very tasty. The staff was rude! I left in tears.",
            ["food", "staff"],
            ["In short. I love the food. So very tasty.", "The staff was rude! I left in tears."],
        ),
        (
            "Great food. The staff was very rude!",
            ["food", "staff"],
            ["Great food. The staff was very rude!"] * 2,
        ),
        (
            "The food and the staff were bad although cheap",
            ["food", "staff"],
            ["The food and the staff were bad although cheap"] * 2,
        ),
        ("I love the food. It was a nice day.", ["food"], ["I love the food. It was a nice day."]),
        (
            "We saw the butter melting with the food",
            ["butter"],
            ["We saw the butter melting with the food"],
        ),
        ("Ilo", ["Ilo"], ["Ilo"]),
    ],
)
def test_what_is_said_of_each(text: str, words: list[str], clauses: list[str]) -> None:
    assert said(text, *words) == clauses


def test_several_places_are_read_together() -> None:
    text = "I love Ilo a lot. Then Bo came to us. But Ilo was never there."
    found = said_of(text, {"Ilo": [7, text.rindex("Ilo")], "Bo": [text.index("Bo")]})
    assert found == {
        "Ilo": "I love Ilo a lot. But Ilo was never there.",
        "Bo": "Then Bo came to us.",
    }


@given(st.text("ab ,.!but—", min_size=1, max_size=80).map(tidy_text), st.data())
def test_every_clause_is_about_somebody(text: str, data: st.DataObject) -> None:
    if not text:
        return
    starts = clause_starts(text)
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    places = data.draw(st.lists(st.integers(0, len(text) - 1), min_size=1, max_size=4))
    found = said_of(text, {number: [place] for number, place in enumerate(places)})
    for place, words in zip(places, found.values(), strict=True):
        assert text[place] in words or text[place] == " "
    for begin, end in zip(starts, [*starts[1:], len(text)], strict=True):
        assert any(text[begin:end].strip() in words for words in found.values())


def test_nobody_is_mentioned() -> None:
    assert said_of("some words", {}) == {}
