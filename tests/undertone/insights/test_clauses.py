import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.insights.clauses import clause_of, clause_starts
from undertone.insights.words import tidy_text


@pytest.mark.parametrize(
    ("text", "word", "clause"),
    [
        ("The food was great but the staff was rude", "staff", "but the staff was rude"),
        ("The food was great, but the staff was rude", "food", "The food was great,"),
        ("I love the food. The staff was rude!", "food", "I love the food."),
        ("Great food. The staff was very rude!", "food", "Great food. The staff was very rude!"),
        ("The staff was very rude. Bad.", "staff", "The staff was very rude. Bad."),
        ("I like it although Ilo is weak here", "Ilo", "although Ilo is weak here"),
        ("We saw the butter melting", "butter", "We saw the butter melting"),
        ("Ilo", "Ilo", "Ilo"),
    ],
)
def test_the_clause_that_mentions_a_word(text: str, word: str, clause: str) -> None:
    assert clause_of(text, clause_starts(text), [text.index(word)]) == clause


def test_several_places_are_read_together() -> None:
    text = "I love Ilo a lot. Rain fell all day. But Ilo was never there."
    starts = clause_starts(text)
    places = [7, text.rindex("Ilo")]
    assert clause_of(text, starts, places) == "I love Ilo a lot. But Ilo was never there."


@given(st.text("ab ,.!but—", max_size=80).map(tidy_text))
def test_clauses_together_are_the_text(text: str) -> None:
    starts = clause_starts(text)
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    joined = clause_of(text, starts, range(len(text))) if text else ""
    assert joined == text
