from __future__ import annotations

import math

import numpy as np
import pytest

from training.metrics import calibration_error, fit_temperature, quality, softmax


def test_quality_by_hand() -> None:
    labels = np.array([0, 0, 1, 1, 1, 2])
    predicted = [0, 1, 1, 1, 0, 2]
    result = quality(labels, np.eye(3)[predicted] * 0.7 + 0.1)
    assert result.confusion == ((1, 1, 0), (1, 2, 0), (0, 0, 1))
    assert result.recalls == pytest.approx((1 / 2, 2 / 3, 1))
    assert result.macro_recall == pytest.approx((1 / 2 + 2 / 3 + 1) / 3)
    assert result.accuracy == pytest.approx(4 / 6)
    # F1: negative 2·1/(2+2), positive 2·1/(1+1)
    assert result.f1_positive_negative == pytest.approx((0.5 + 1) / 2)


def test_a_class_that_does_not_occur_does_not_count() -> None:
    result = quality(np.array([0, 2]), np.eye(3)[[0, 2]])
    assert result.macro_recall == 1
    assert math.isnan(result.recalls[1])


def test_calibration_error_by_hand() -> None:
    # four answers with 0.9 of which two are right, two with 0.5 of which one is right
    shares = np.array([[0.9, 0.1, 0]] * 4 + [[0.5, 0.3, 0.2]] * 2)
    labels = np.array([0, 0, 1, 1, 0, 1])
    assert calibration_error(labels, shares) == pytest.approx((4 * 0.4 + 2 * 0) / 6)


def test_full_confidence_is_in_the_last_bin() -> None:
    assert calibration_error(np.array([0]), np.array([[1.0, 0, 0]])) == 0


def test_the_fit_temperature_undoes_overconfidence() -> None:
    random = np.random.default_rng(3)
    logits = random.standard_normal((4000, 3)) * 2
    labels = np.array([random.choice(3, p=row) for row in softmax(logits)])
    assert fit_temperature(labels, logits * 1.7) == pytest.approx(1.7, abs=0.1)


def test_softmax_survives_large_logits() -> None:
    assert softmax(np.array([[1e4, 0.0, -1e4]])).tolist() == [[1, 0, 0]]
