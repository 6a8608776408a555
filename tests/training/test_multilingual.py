"""The multilingual student, made from a packed encoder; runs where there is PyTorch."""

from __future__ import annotations

import random

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: ./dev model test")

from training import multilingual  # noqa: E402
from training.choose import plain_tokenizer  # noqa: E402
from training.corpus import Example  # noqa: E402
from training.packed_encoder import PackedEncoder  # noqa: E402
from training.pieces import lower_case, tokenizer_of  # noqa: E402

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("default")  # PyTorch's and transformers' own
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁Good", "▁good", "▁bad", "▁", "x"]
HIDDEN, INNER = 24, 48


def encoder() -> PackedEncoder:
    rng = np.random.default_rng(2)

    def normal(*shape: int) -> np.ndarray:
        return rng.normal(0, 0.3, shape).astype(np.float32)

    tensors = {
        "emb.word": normal(len(PIECES), HIDDEN),
        "emb.pos": normal(512, HIDDEN),
        "emb.type": normal(2 * HIDDEN),
        "emb.ln.w": 1 + normal(HIDDEN),
        "emb.ln.b": normal(HIDDEN),
    }
    for layer in range(12):
        for part in multilingual.PARTS:
            out, inside = {"fi": (INNER, HIDDEN), "fo": (HIDDEN, INNER)}.get(part, (HIDDEN, HIDDEN))
            is_norm = part.endswith("ln")
            tensors[f"l{layer}.{part}.w"] = 1 + normal(out) if is_norm else normal(out, inside)
            tensors[f"l{layer}.{part}.b"] = normal(out)
    scores = np.linspace(-1, -9, len(PIECES)).astype(np.float32)
    return PackedEncoder(HIDDEN, 12, 2, INNER, 512, 1e-12, PIECES, scores, tensors)


def test_a_student_has_every_other_layer_and_the_chosen_rows() -> None:
    source = encoder()
    pieces = lower_case(PIECES, source.scores.tolist())
    net = multilingual.student(source, pieces.rows)
    state = net.bert.state_dict()
    assert net.config.num_hidden_layers == len(multilingual.LAYERS)
    for place, layer in enumerate(multilingual.LAYERS):
        query = state[f"encoder.layer.{place}.attention.self.query.weight"].numpy()
        np.testing.assert_array_equal(query, source.tensors[f"l{layer}.q.w"])
        shift = state[f"encoder.layer.{place}.output.LayerNorm.bias"].numpy()
        np.testing.assert_array_equal(shift, source.tensors[f"l{layer}.oln.b"])
    table = state["embeddings.word_embeddings.weight"].numpy()
    good = [name for name, _ in pieces.scores].index("▁good")
    np.testing.assert_array_equal(table[good], source.tensors["emb.word"][5])
    np.testing.assert_array_equal(table[0], source.tensors["emb.word"][1])


def test_a_step_learns_and_bfloat16_does_not_stay_in_the_weights() -> None:
    source = encoder()
    pieces = lower_case(PIECES, source.scores.tolist())
    torch.manual_seed(1)
    net = multilingual.student(source, pieces.rows)
    examples = [Example("good", 2), Example("bad", 0)] * 40
    tokenizer = plain_tokenizer(tokenizer_of(pieces).to_str())
    optimizer = torch.optim.AdamW(multilingual._groups(net), lr=3e-3)
    losses = [
        multilingual._train_step(net, optimizer, batch)
        for epoch in range(30)
        for batch in multilingual._epoch(examples, tokenizer, random.Random(epoch))
    ]
    assert losses[-1] < 0.6 * losses[0]
    assert {one.dtype for one in net.parameters()} == {torch.float32}


def test_an_epoch_has_every_text_once() -> None:
    pieces = lower_case(PIECES, encoder().scores.tolist())
    tokenizer = plain_tokenizer(tokenizer_of(pieces).to_str())
    examples = [Example("good " * (1 + number % 120), number % 3) for number in range(100)]
    batches = list(multilingual._epoch(examples, tokenizer, random.Random(1)))
    assert sum(len(labels) for _, _, labels in batches) == 100
    assert max(ids.shape[1] for ids, _, _ in batches) == multilingual.TRAIN_TOKENS
    assert all(
        int(row[mask.bool()][-1]) == 2
        for ids, m, _ in batches
        for row, mask in zip(ids, m, strict=True)
    )
