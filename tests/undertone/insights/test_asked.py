import pytest

from undertone.errors import Rejected
from undertone.insights import asked
from undertone.insights.asked import Insights, Topic, checked
from undertone.insights.entities import Entity


@pytest.mark.parametrize(
    ("insights", "field"),
    [
        (Insights(topics=(Topic(name="t"),) * 101), "insights.topics"),
        (Insights(topics=(Topic(name="t", examples=("e",) * 201),)), "insights.topics"),
        (
            Insights(topics=tuple(Topic(name=f"{n}", examples=("e",) * 200) for n in range(11))),
            "insights.topics",
        ),
        (Insights(topics=(Topic(name="x" * 101),)), "insights.topics[0].name"),
        (
            Insights(topics=(Topic(name="t", examples=("e", "x" * 2001)),)),
            "insights.topics[0].examples[1]",
        ),
        (Insights(topics=(Topic(name="t", examples=("",)),)), "insights.topics[0].examples[0]"),
        (Insights(entities=(Entity(name="n", aliases=("a",) * 10_000),)), "insights.entities"),
        (Insights(entities=(Entity(name="\x01 "),)), "insights.entities[0].name"),
        (
            Insights(entities=(Entity(name="n", aliases=("a", "x" * 101)),)),
            "insights.entities[0].aliases[1]",
        ),
    ],
)
def test_what_is_too_much_is_named(insights: Insights, field: str) -> None:
    with pytest.raises(Rejected) as caught:
        checked(insights)
    assert list(caught.value.problems) == [field]
    assert field in caught.value.detail


def test_everything_at_its_limit_is_taken() -> None:
    topics = tuple(
        Topic(name=f"{n:02d}" * 50, examples=("x" * asked.MAX_EXAMPLE,) * 20)
        for n in range(asked.MAX_TOPICS)
    )
    entities = tuple(Entity(name=f"{n:0100d}", aliases=(f"a{n}",)) for n in range(5_000))
    taken = checked(Insights(topics=topics, entities=entities, match_case=True, search=True))
    assert taken.topics == topics
    assert taken.entities == entities
    assert (taken.match_case, taken.search, taken.themes, taken.notes) == (True, True, False, ())


def test_topics_of_the_same_name_are_one() -> None:
    twice = (Topic(name="Food ", examples=("a",)), Topic(name="food", examples=("b",)))
    taken = checked(Insights(topics=twice, entities=(Entity(name="A"), Entity(name="a"))))
    assert taken.topics == (Topic(name="Food", examples=("a", "b")),)
    assert len(taken.notes) == 2


@pytest.mark.parametrize(("themes", "search"), [(False, False), (True, False), (False, True)])
def test_who_needs_vectors(themes: bool, search: bool) -> None:
    assert Insights(themes=themes, search=search).needs_vectors == (themes or search)
