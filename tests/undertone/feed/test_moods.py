"""How certain a change of mood is."""

from __future__ import annotations

from undertone.feed.moods import Mood, certainties


def test_the_distance_from_the_usual_counts_in_deviations() -> None:
    usual = [Mood(0.2, 0.1, 0.3)] * 3
    changed, unsure = Mood(-0.4, -0.596, -0.204), Mood(-0.4, -1.0, 0.2)
    found = certainties([*usual, changed, unsure, None])
    assert found[:3] == [0.0, 0.0, 0.0]
    assert found[3] is not None
    assert round(found[3], 6) == 6.0  # 0.6 from 0.2, at a deviation of 0.1
    assert found[4] is not None
    assert found[4] < found[3]
    assert found[5] is None


def test_with_few_posts_nothing_is_usual() -> None:
    (distance,) = certainties([Mood(0.3, 0.104, 0.496)])
    assert distance is not None
    assert round(distance, 6) == 3.0
