"""The picture of the intervals: well formed, to scale, and complete."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from training.picture import FILE, Bars, bars, draw, main
from training.quantify import Scored

SVG = "{http://www.w3.org/2000/svg}"
ROWS = [Bars("a", -0.5, (-0.4, -0.2), (-0.8, 0.0)), Bars("b", 0.5, (0.4, 0.6), (0.0, 1.0))]


def test_each_domain_has_a_point_and_two_bars_to_scale() -> None:
    root = ElementTree.fromstring(draw(ROWS))
    points = [float(one.attrib["cx"]) for one in root.iter(f"{SVG}circle")][1:]
    ticks = [float(one.attrib["x"]) for one in root.iter(f"{SVG}text") if one.text in {"+0", "+1"}]
    middle, right = ticks
    assert points == pytest.approx([middle - (right - middle) / 2, middle + (right - middle) / 2])
    assert [one.text for one in root.iter(f"{SVG}text") if one.text in {"a", "b"}] == ["a", "b"]


def test_domains_come_from_the_most_negative_on() -> None:
    random = np.random.default_rng(1)
    shares = {"praise": (0.1, 0.2, 0.7), "blame": (0.7, 0.2, 0.1), "both": (0.4, 0.2, 0.4)}
    domains = {}
    for name, share in shares.items():
        found = random.choice(3, 400, p=share).astype(np.int64)
        domains[name] = Scored(np.eye(3)[found] * 0.7 + 0.1, found)
    rows = bars(domains)
    assert [row.name for row in rows] == ["blame", "both", "praise"]
    assert all(row.honest[0] < row.luck[0] < row.luck[1] < row.honest[1] for row in rows[1:2])


def test_the_picture_in_the_docs_is_one_of_these() -> None:
    root = ElementTree.parse(FILE).getroot()
    assert len(list(root.iter(f"{SVG}circle"))) >= 9


def test_an_incomplete_picture_is_not_drawn() -> None:
    with pytest.raises(SystemExit, match=r"airlines: Tweets\.csv"):
        main(["--domains", "nowhere"])
