"""What a training does before and after the loop, in .venv-model: `./dev model test`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: ./dev model test")

from tests.model import tiny_roberta  # noqa: E402
from tests.training.tiny_network import EXAMPLES, net, options, written  # noqa: E402
from training import train  # noqa: E402
from training.corpus import TrainingData  # noqa: E402
from training.network import load  # noqa: E402

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("default")  # PyTorch's and transformers' own
DATA = TrainingData(EXAMPLES, EXAMPLES, EXAMPLES, EXAMPLES[:60], EXAMPLES[60:], EXAMPLES[:30])


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


def test_our_own_comments_come_more_often_in_an_epoch() -> None:
    data = TrainingData(EXAMPLES[:5], EXAMPLES[5:9], EXAMPLES[9:12], [], [], [])
    assert len(train.epoch_examples(data, comments=True)) == 5 + 4 + 3 * train.OWN_TIMES
    assert len(train.epoch_examples(data, comments=False)) == 5 + 3 * train.OWN_TIMES


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


def test_the_recipe_names_what_it_began_with(tmp_path: Path) -> None:
    given = options(tmp_path, teachers=[written(tmp_path / "one", 5)], tweets_only=[4], seeds=[3])
    recipe = train._recipe(given)
    assert recipe["started_from"]["seeds"] == "1"
    assert recipe["teachers"] == [[1.0, "5"]]
    assert json.loads(json.dumps(recipe))["pooling"] == "first"
