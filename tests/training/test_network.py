"""The network in PyTorch, in .venv-model: `./dev model test`."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: ./dev model test")

from tests.model import tiny_roberta  # noqa: E402
from tests.training.tiny_network import net  # noqa: E402
from training.network import load, save  # noqa: E402

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("default")  # PyTorch's and transformers' own


def test_the_head_may_read_the_first_token_alone() -> None:
    made = net(6)
    ids, mask = torch.tensor([[2, 7, 9, 3]]), torch.ones(1, 4, dtype=torch.long)
    hidden = made.bert(input_ids=ids, attention_mask=mask).last_hidden_state
    for pooling, pooled in (("mean", hidden.mean(1)), ("first", hidden[:, 0])):
        made.pooling = pooling
        expected = made.classifier(torch.tanh(made.dense(pooled)))
        torch.testing.assert_close(made(ids, mask), expected)


def test_a_saved_network_keeps_its_pooling_unless_another_is_named(tmp_path: Path) -> None:
    made = net(7)
    tokenizer = tiny_roberta.tokenizer().to_str()
    save(made, tokenizer, {}, tmp_path)
    assert load(tmp_path).pooling == "mean"
    save(load(tmp_path, "first"), tokenizer, {}, tmp_path / "other")
    assert load(tmp_path / "other").pooling == "first"
