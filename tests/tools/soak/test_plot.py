from __future__ import annotations

from tools.soak.plot import bars


def test_bars_go_from_0_to_the_maximum() -> None:
    assert bars([0, 1, 2, 3, 4, 5, 6, 7], 8) == "▁▂▃▄▅▆▇█"
    assert bars([7, 7, 0, 0], 2) == "█▁"


def test_few_or_no_values() -> None:
    assert bars([], 10) == ""
    assert bars([0, 0], 10) == "▁▁"
    assert bars([5], 10) == "█"
