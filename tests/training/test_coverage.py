"""The tables of coverage: all there where the sets are, a reason where they are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training import coverage
from training.quantify import Scored


def domain(seed: int, praise: float) -> Scored:
    random = np.random.default_rng(seed)
    labels = random.choice(3, 300, p=(0.8 - praise, 0.2, praise)).astype(np.int64)
    right = random.random(300) < 0.8
    said = np.where(right, labels, random.integers(0, 3, 300))
    return Scored(np.eye(3)[said] * 0.7 + 0.1, labels)


DOMAINS = {f"kind {n}": domain(n, 0.1 + n * 0.07) for n in range(8)}


def test_without_sets_it_says_why_it_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    coverage.main(["vader", "--domains", str(Path("nowhere"))])
    shown = capsys.readouterr().out
    assert "without airlines: Tweets.csv is not in nowhere" in shown
    assert "skipped:" in shown


def test_every_domain_and_size_is_in_the_tables() -> None:
    intervals = coverage.interval_table(DOMAINS, trials=20)
    assert [line.split("|")[1].strip() for line in intervals.splitlines()[2:]] == [
        "30", "100", "300", "1000",
    ]  # fmt: skip
    assert coverage.share_table(DOMAINS, trials=5).count("covers") == 12
    assert all(name in coverage.domain_table(DOMAINS, trials=5) for name in DOMAINS)
    assert "line over domains (chosen)" in coverage.ways_table(DOMAINS)


def test_posts_that_share_an_error_have_differences_that_are_known() -> None:
    """Both posts are read too well by the same amount."""
    random = np.random.default_rng(1)
    posts = {}
    for name in ("one", "other"):
        labels = random.choice(3, 5_000, p=(0.5, 0.3, 0.2)).astype(np.int64)
        moved = random.random(5_000) < 0.3
        posts[name] = Scored(np.eye(3)[np.where(moved, 2, labels)] * 0.7 + 0.1, labels)
    line = coverage.difference_line("platform", posts, DOMAINS)
    errors = [float(word.rstrip(",;")) for word in line.split() if word[:2] == "0."]
    assert errors[0] > 0.2, "the posts themselves are far off"
    assert errors[1] < 0.05, "their difference is not"


@pytest.mark.parametrize(
    ("half", "said"), [(0.7, "At most 25"), (0.4, "About 39"), (0.1, "More than 100")]
)
def test_labels_that_halve_a_width_lie_between_two_counts(half: float, said: str) -> None:
    assert coverage.halving_labels({25: 0.5, 100: 0.25}, half) == said
