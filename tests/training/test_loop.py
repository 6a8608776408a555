"""Training on a tiny network: goes on where it was, learns labels and from teachers.

`./dev model test`
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: ./dev model test")

from tests.model import tiny_roberta  # noqa: E402
from tests.training.tiny_network import EXAMPLES, options, written  # noqa: E402
from training import choose, loop, network  # noqa: E402 - only with PyTorch

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("default")  # PyTorch's and transformers' own


def loss(trained: Any, labels: list[int]) -> float:
    tokenizer = choose.plain_tokenizer(tiny_roberta.tokenizer().to_str())
    found = torch.tensor(choose.logits(trained, tokenizer, EXAMPLES))
    return float(torch.nn.functional.cross_entropy(found, torch.tensor(labels)))


def test_labels_are_learned(tmp_path: Path) -> None:
    run = loop.new_run(3, EXAMPLES, options(tmp_path, epochs=24))
    labels = [one.label for one in EXAMPLES]
    before = loss(run.net, labels)
    loop.train_seed(run)
    assert run.steps == 24 * 4
    assert loss(run.net, labels) < 0.5 * before
    assert loss(run.mean.module, labels) < 0.7 * before


def test_steps_end_an_epoch_early_or_begin_another(tmp_path: Path) -> None:
    for number, steps in enumerate((2, 5)):
        run = loop.new_run(3, EXAMPLES, options(tmp_path / str(number), steps=steps))
        loop.train_seed(run)
        state = torch.load(run.folder / "checkpoint.pt", weights_only=True)
        assert state["step"] == steps
        assert state["schedule"]["last_epoch"] == steps


def test_an_interrupted_run_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    whole = loop.train_seed(loop.new_run(3, EXAMPLES, options(tmp_path / "whole")), save_every=2)
    broken = options(tmp_path / "broken")
    run = loop.new_run(3, EXAMPLES, broken)

    def interrupt(*_: object) -> None:
        if run.schedule.last_epoch == 3:
            raise KeyboardInterrupt

    run.optimizer.register_step_pre_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        loop.train_seed(run, save_every=2)
    resumed = loop.train_seed(loop.new_run(3, EXAMPLES, broken), save_every=2)
    for part in ("net", "mean"):
        expected = getattr(whole, part).state_dict()
        for name, weight in getattr(resumed, part).state_dict().items():
            torch.testing.assert_close(weight, expected[name], rtol=0, atol=0)


def test_teachers_are_learned_from_by_their_shares(tmp_path: Path) -> None:
    teachers = [written(tmp_path / "one", 5), written(tmp_path / "other", 6)]
    given = options(tmp_path, teachers=teachers, teacher_shares=[3, 1], epochs=40)
    run = loop.new_run(3, EXAMPLES, given)
    ids, mask = torch.tensor([[2, 7, 9, 3]]), torch.ones(1, 4, dtype=torch.long)
    target = loop.teacher_probabilities(run.teachers, ids, mask)
    one, other = (network.load(folder)(ids, mask).softmax(1) for folder in teachers)
    torch.testing.assert_close(target, 0.75 * one + 0.25 * other)

    def distance() -> float:
        with torch.no_grad():
            return float((run.net.eval()(ids, mask).softmax(1) - target).abs().max())

    before = distance()
    loop.train_seed(run)
    assert distance() < 0.5 * before


def test_as_many_shares_as_teachers(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="1 shares for 0 teachers"):
        loop.teacher_shares(options(tmp_path, teacher_shares=[2]))
