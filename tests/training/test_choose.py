"""Scoring, averaging and calibrating networks; runs where there is PyTorch.

`./dev model test`
"""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: ./dev model test")

from tests.model import tiny_roberta  # noqa: E402
from tests.training.tiny_network import EXAMPLES, net  # noqa: E402
from training import choose  # noqa: E402 - only where there is PyTorch
from training.corpus import Example, TrainingData  # noqa: E402

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("default")  # PyTorch's and transformers' own
DATA = TrainingData(EXAMPLES, EXAMPLES, EXAMPLES, EXAMPLES[:60], EXAMPLES[60:], EXAMPLES[:30])


def test_an_average_is_the_mean_of_every_weight() -> None:
    one, other = net(1), net(2)
    mean = choose.average([one, other]).state_dict()
    for name, weight in one.state_dict().items():
        expected = (weight.float() + other.state_dict()[name].float()) / 2
        torch.testing.assert_close(mean[name].float(), expected)


def test_the_shift_undoes_a_prejudice() -> None:
    """A network made to call nothing negative gets the negative class back."""
    prejudiced = net(3)
    tokenizer = choose.plain_tokenizer(tiny_roberta.tokenizer().to_str())
    with torch.no_grad():
        prejudiced.classifier.weight.mul_(30)
    held_out = choose.held_out_logits(prejudiced, tokenizer, DATA)
    shift = choose.best_shift(held_out)
    with torch.no_grad():
        prejudiced.classifier.bias += torch.tensor(shift)
    after = choose.choice_scores(choose.held_out_logits(prejudiced, tokenizer, DATA))
    assert after == choose.choice_scores(held_out, shift)
    assert after["mean"] >= choose.choice_scores(held_out)["mean"]
    assert shift[1] == 0


def test_logits_do_not_depend_on_padding() -> None:
    made, tokenizer = net(5), choose.plain_tokenizer(tiny_roberta.tokenizer().to_str())
    texts = [Example("so good", 2), Example("so good, love it and what I wanted there", 2)]
    together = choose.logits(made, tokenizer, texts)
    alone = choose.logits(made, tokenizer, texts[:1])
    torch.testing.assert_close(torch.tensor(together[0]), torch.tensor(alone[0]), rtol=0, atol=1e-5)


def test_the_temperature_serves_the_worst_calibrated_set() -> None:
    random = np.random.default_rng(2)
    exact = random.normal(size=(4000, 3)) * 1.5
    chances = np.exp(exact) / np.exp(exact).sum(1, keepdims=True)
    labels = (random.random((4000, 1)) > chances.cumsum(1)).sum(1)
    alone = choose.best_temperature({"tweets": (labels, exact * 2)})
    assert alone == pytest.approx(2, rel=0.15)
    shifted = choose.best_temperature({"tweets": (labels, exact * 2 - [3, 0, 1])}, [3, 0, 1])
    assert shifted == alone
    both = choose.best_temperature({"tweets": (labels, exact), "own": (labels, exact * 2)})
    assert 1.15 < both < alone
