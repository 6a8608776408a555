"""Training on a tiny network: goes on where it was, learns labels and from teachers.

`./dev model test`
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="training needs the model tools' environment")

from model import choose, network, train, training_loop  # noqa: E402 - only with PyTorch
from tests.model import tiny_roberta  # noqa: E402
from tests.model.tiny_network import EXAMPLES, net  # noqa: E402

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("default")  # PyTorch's and transformers' own


def written(folder: Path, seed: int) -> Path:
    """A tiny network as an earlier training leaves it."""
    training = {"seeds": str(seed), "chosen_by": {}, "recipe": {}}
    network.save(net(seed), tiny_roberta.tokenizer().to_str(), training, folder)
    return folder


def options(folder: Path, **changes: Any) -> argparse.Namespace:
    given: dict[str, Any] = {
        "start": written(folder / "start", 1),
        "pooling": "first",
        "rate": 3e-3,
        "epochs": 2,
        "steps": None,
        "work": folder / "work",
        "teachers": [],
        "teacher_shares": None,
    }
    return argparse.Namespace(**given | changes)


def loss(trained: Any, labels: list[int]) -> float:
    tokenizer = choose.plain_tokenizer(tiny_roberta.tokenizer().to_str())
    found = torch.tensor(choose.logits(trained, tokenizer, EXAMPLES))
    return float(torch.nn.functional.cross_entropy(found, torch.tensor(labels)))


def test_labels_are_learned(tmp_path: Path) -> None:
    run = training_loop.started(3, EXAMPLES, options(tmp_path, epochs=24))
    labels = [one.label for one in EXAMPLES]
    before = loss(run.net, labels)
    training_loop.train_seed(run)
    assert run.steps == 24 * 4
    assert loss(run.net, labels) < 0.5 * before
    assert loss(run.mean.module, labels) < 0.7 * before


def test_steps_end_an_epoch_early_or_begin_another(tmp_path: Path) -> None:
    for number, steps in enumerate((2, 5)):
        run = training_loop.started(3, EXAMPLES, options(tmp_path / str(number), steps=steps))
        training_loop.train_seed(run)
        state = torch.load(run.folder / "checkpoint.pt", weights_only=True)
        assert state["step"] == steps
        assert state["schedule"]["last_epoch"] == steps


def test_an_interrupted_run_ends_as_an_undisturbed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_loop, "SAVE_EVERY", 2)
    whole = training_loop.train_seed(
        training_loop.started(3, EXAMPLES, options(tmp_path / "whole"))
    )
    broken = options(tmp_path / "broken")
    step = training_loop.train_step

    def interrupted(run: Any, batch: Any) -> float:
        if run.schedule.last_epoch == 3:
            raise KeyboardInterrupt
        return step(run, batch)

    monkeypatch.setattr(training_loop, "train_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        training_loop.train_seed(training_loop.started(3, EXAMPLES, broken))
    monkeypatch.setattr(training_loop, "train_step", step)
    resumed = training_loop.train_seed(training_loop.started(3, EXAMPLES, broken))
    for part in ("net", "mean"):
        expected = getattr(whole, part).state_dict()
        for name, weight in getattr(resumed, part).state_dict().items():
            torch.testing.assert_close(weight, expected[name], rtol=0, atol=0)


def test_teachers_are_learned_from_by_their_shares(tmp_path: Path) -> None:
    teachers = [written(tmp_path / "one", 5), written(tmp_path / "other", 6)]
    given = options(tmp_path, teachers=teachers, teacher_shares=[3, 1], epochs=40)
    run = training_loop.started(3, EXAMPLES, given)
    ids, mask = torch.tensor([[2, 7, 9, 3]]), torch.ones(1, 4, dtype=torch.long)
    wanted = training_loop.answers(run.teachers, ids, mask)
    one, other = (network.load(folder)(ids, mask).softmax(1) for folder in teachers)
    torch.testing.assert_close(wanted, 0.75 * one + 0.25 * other)

    def distance() -> float:
        with torch.no_grad():
            return float((run.net.eval()(ids, mask).softmax(1) - wanted).abs().max())

    before = distance()
    training_loop.train_seed(run)
    assert distance() < 0.5 * before


def test_as_many_shares_as_teachers(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="1 shares for 0 teachers"):
        training_loop.teacher_shares(options(tmp_path, teacher_shares=[2]))


def test_the_recipe_names_what_it_began_with(tmp_path: Path) -> None:
    given = options(tmp_path, teachers=[written(tmp_path / "one", 5)], tweets_only=[4], seeds=[3])
    recipe = train._recipe(given)
    assert recipe["started_from"]["seeds"] == "1"
    assert recipe["teachers"] == [[1.0, "5"]]
    assert json.loads(json.dumps(recipe))["pooling"] == "first"
