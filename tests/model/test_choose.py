"""Choosing and finishing a network, in the model tools' environment.

`./dev model test`
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the model tools' environment")

from model import choose, train  # noqa: E402 - only where there is PyTorch
from model.corpus import Example, TrainingData  # noqa: E402
from model.network import load  # noqa: E402
from tests.model import tiny_roberta  # noqa: E402
from tests.model.tiny_network import EXAMPLES, net  # noqa: E402

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("default")  # PyTorch's and transformers' own
DATA = TrainingData(EXAMPLES, EXAMPLES, EXAMPLES, EXAMPLES[:60], EXAMPLES[60:], EXAMPLES[:30])


def test_an_average_is_the_mean_of_every_weight() -> None:
    one, other = net(1), net(2)
    mean = choose.average([one, other]).state_dict()
    for name, weight in one.state_dict().items():
        expected = (weight.float() + other.state_dict()[name].float()) / 2
        torch.testing.assert_close(mean[name].float(), expected)


def test_of_two_nets_means_with_other_shares_are_tried_too() -> None:
    nets = {"1": net(1), "2": net(2)}
    tried = train.averages(nets)
    assert next(iter(tried)) == "70% 1, 30% 2"
    assert len(tried) == len(train.SHARES)
    for share, mean in zip(train.SHARES, tried.values(), strict=True):
        for name, weight in mean.state_dict().items():
            one, other = (made.state_dict()[name].float() for made in nets.values())
            torch.testing.assert_close(weight.float(), share * one + (1 - share) * other)


def test_one_net_is_no_average_and_three_are_one() -> None:
    assert train.averages({"1": net(1)}) == {}
    assert list(train.averages({str(n): net(n) for n in range(3)})) == ["mean of 0, 1, 2"]


def test_an_epoch_shows_our_own_comments_more_often() -> None:
    data = TrainingData(EXAMPLES[:5], EXAMPLES[5:9], EXAMPLES[9:12], [], [], [])
    assert len(train.shown(data, comments=True)) == 5 + 4 + 3 * train.OWN_TIMES
    assert len(train.shown(data, comments=False)) == 5 + 3 * train.OWN_TIMES


def test_the_shift_undoes_a_prejudice() -> None:
    """A network made to call nothing negative gets the negative class back."""
    prejudiced = net(3)
    tokenizer = choose.plain_tokenizer(tiny_roberta.tokenizer().to_str())
    with torch.no_grad():
        prejudiced.classifier.weight.mul_(30)
    answers = choose.choice_answers(prejudiced, tokenizer, DATA)
    shift = choose.class_shift(answers)
    with torch.no_grad():
        prejudiced.classifier.bias += torch.tensor(shift)
    after = choose.choice_scores(choose.choice_answers(prejudiced, tokenizer, DATA))
    assert after == choose.choice_scores(answers, shift)
    assert after["mean"] >= choose.choice_scores(answers)["mean"]
    assert shift[1] == 0


def test_finish_writes_what_it_did(tmp_path: Path) -> None:
    made = net(4)
    bias = made.classifier.bias.detach().clone()
    choice = {"seeds": "4", "class_shift": {"negative": 0.5, "neutral": 0.0, "positive": -0.25}}
    train.finish(made, tiny_roberta.tokenizer().to_str(), DATA, choice, tmp_path)
    training = json.loads((tmp_path / "training.json").read_text())
    shift = torch.tensor([0.5, 0.0, -0.25])
    torch.testing.assert_close(load(tmp_path).classifier.bias, bias + shift)
    assert training["seeds"] == "4"
    assert training["data"]["tweets"][0] == len(EXAMPLES)


def test_logits_do_not_depend_on_padding() -> None:
    made, tokenizer = net(5), choose.plain_tokenizer(tiny_roberta.tokenizer().to_str())
    texts = [Example("so good", 2), Example("so good, love it and what I wanted there", 2)]
    together = choose.logits(made, tokenizer, texts)
    alone = choose.logits(made, tokenizer, texts[:1])
    torch.testing.assert_close(torch.tensor(together[0]), torch.tensor(alone[0]), rtol=0, atol=1e-5)


def test_the_head_may_read_the_first_token_alone() -> None:
    made = net(6)
    ids, mask = torch.tensor([[2, 7, 9, 3]]), torch.ones(1, 4, dtype=torch.long)
    hidden = made.bert(input_ids=ids, attention_mask=mask).last_hidden_state
    for pooling, pooled in (("mean", hidden.mean(1)), ("first", hidden[:, 0])):
        made.pooling = pooling
        expected = made.classifier(torch.tanh(made.dense(pooled)))
        torch.testing.assert_close(made(ids, mask), expected)


def test_a_written_network_keeps_its_pooling_unless_told(tmp_path: Path) -> None:
    made = net(7)
    choice = {"seeds": "7", "class_shift": dict.fromkeys(("negative", "neutral", "positive"), 0.0)}
    train.finish(made, tiny_roberta.tokenizer().to_str(), DATA, choice, tmp_path)
    assert load(tmp_path).pooling == "mean"
    turned = load(tmp_path, "first")
    train.finish(turned, tiny_roberta.tokenizer().to_str(), DATA, choice, tmp_path / "turned")
    assert load(tmp_path / "turned").pooling == "first"


def test_the_temperature_serves_the_worst_calibrated_set() -> None:
    random = np.random.default_rng(2)
    exact = random.normal(size=(4000, 3)) * 1.5
    chances = np.exp(exact) / np.exp(exact).sum(1, keepdims=True)
    labels = (random.random((4000, 1)) > chances.cumsum(1)).sum(1)
    alone = choose.temperature({"tweets": (labels, exact * 2)})
    assert alone == pytest.approx(2, rel=0.15)
    shifted = choose.temperature({"tweets": (labels, exact * 2 - [3, 0, 1])}, [3, 0, 1])
    assert shifted == alone
    both = choose.temperature({"tweets": (labels, exact), "own": (labels, exact * 2)})
    assert 1.15 < both < alone
