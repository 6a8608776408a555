"""UMSAB's files, and the rule by which a language is listed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training import umsab
from training.corpus import Example


def test_files_become_examples_by_language(tmp_path: Path) -> None:
    (tmp_path / "umsab").mkdir()
    for name in umsab.LANGUAGES.values():
        (tmp_path / "umsab" / f"{name}_val.tsv").write_text(f"2\t{name}\twith a tab\n0\tno\n")
    parts = umsab.read(tmp_path, "val")
    assert list(parts) == list(umsab.LANGUAGES)
    assert parts["es"] == [Example("spanish\twith a tab", 2), Example("no", 0)]
    assert len(umsab.keys(tmp_path)) == 8


def test_code_mixed_comments_count_where_both_agree(tmp_path: Path) -> None:
    file = tmp_path / "mixed.tsv"
    file.write_bytes(b"1\tbahut accha\t2\t2\n2\tok \xff\t1\t2\n3\tbura\t0\t0\nbroken\n4\tx\t9\t9\n")
    assert umsab.code_mixed(file) == [Example("bahut accha", 2), Example("bura", 0)]
    assert umsab.code_mixed(None) == []


def test_macro_f1_by_hand() -> None:
    """Precision and recall: negative 1/2 and 1, neutral 1 and 1/2, positive 1 and 1."""
    labels, predicted = np.array([0, 1, 1, 2]), np.array([0, 0, 1, 2])
    assert umsab.macro_f1(labels, predicted) == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_the_lower_bound_is_lower_and_nearer_with_more_texts() -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 3, 2000)
    predicted = np.where(rng.random(2000) < 0.6, labels, rng.integers(0, 3, 2000))
    reach = [
        umsab.macro_f1(labels[:n], predicted[:n]) - umsab.lower_bound(labels[:n], predicted[:n])
        for n in (200, 2000)
    ]
    assert reach[0] > reach[1] > 0
    assert reach[1] == pytest.approx(1.645 * (0.73 * 0.27 / 2000) ** 0.5, rel=0.25)


def test_only_languages_above_fasttext_are_listed() -> None:
    figures = {
        "es": {"macro_f1": 0.6, "macro_f1_low": 0.502},
        "hi": {"macro_f1": 0.4, "macro_f1_low": 0.36},
    }
    assert umsab.listed(figures) == {"es": 0.6}


def test_calibration_is_fitted_to_what_is_read_well() -> None:
    """Classes are normal, 2 apart on their own axis: the true logits are twice the values. So the
    values times 1.5 need the temperature 0.75, whatever Hindi would need."""
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 3, 900)
    rows = rng.normal(size=(900, 3))
    rows[np.arange(900), labels] += 2
    held_out = {"es": (labels, rows * 1.5), "hi": (labels, rng.normal(size=(900, 3)) * 9)}
    assert umsab.best_temperature(held_out) == pytest.approx(0.75, abs=0.1)
