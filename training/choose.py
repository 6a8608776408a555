"""Scores, averages and calibrates trained networks on the texts that are held out for choosing.

Needs PyTorch: runs in .venv-model. The sets that measure a model are never read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from model.text import with_emoji_words
from training import corpus, network
from training.corpus import Example, TrainingData
from training.metrics import quality, softmax

BATCH = 32
TEMPERATURES = [number / 100 for number in range(40, 301)]
"""Those that `best_temperature` tries."""
HeldOutLogits = dict[str, tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]
"""Name of a held-out set → labels [texts] and a network's logits [texts, labels]."""
Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""Padded ids [batch, tokens], their mask, labels [batch]."""


def held_out_logits(
    net: network.PooledClassifier, tokenizer: Tokenizer, data: TrainingData
) -> HeldOutLogits:
    """What `net` makes of every held-out set."""
    sets = {
        "tweets": data.tweets_chosen_on,
        "comments": data.comments_chosen_on,
        "own": data.own_chosen_on,
    }
    return {
        name: (np.array([one.label for one in examples]), logits(net, tokenizer, examples))
        for name, examples in sets.items()
    }


def choice_scores(held_out: HeldOutLogits, shift: Sequence[float] = (0, 0, 0)) -> dict[str, float]:
    """Macro recall on each held-out set, and their weighted mean, which decides.

    `shift` is added to the logits, in the order of the labels.
    """
    scores = {
        name: quality(labels, softmax(rows + np.array(shift))).macro_recall
        for name, (labels, rows) in held_out.items()
    }
    # Our own comments are few and easy, so they count half.
    scores["mean"] = (scores["tweets"] + scores["comments"] + 0.5 * scores["own"]) / 2.5
    return {name: round(score, 4) for name, score in scores.items()}


def best_shift(held_out: HeldOutLogits) -> list[float]:
    """What to add to the logits, in the order of the labels, for the best choice score.

    Training texts are seldom negative (one in six tweets), and the model learns that too, but a
    macro recall counts every class alike. A grid search.
    """
    grid = [[low / 20, 0.0, high / 20] for low in range(-8, 25, 2) for high in range(-12, 13, 2)]
    return max(grid, key=lambda shift: choice_scores(held_out, shift)["mean"])


def best_temperature(held_out: HeldOutLogits, shift: Sequence[float] = (0, 0, 0)) -> float:
    """The temperature with the least calibration error on the worst calibrated held-out set.

    Not fitted on all of them together: tweets are the most and the easiest, and would alone decide
    how sure the model is of comments.
    """

    def worst_error(temperature: float) -> float:
        return max(
            quality(labels, softmax(rows + np.array(shift), temperature)).calibration_error
            for labels, rows in held_out.values()
        )

    return min(TEMPERATURES, key=worst_error)


def average(
    nets: list[network.PooledClassifier], shares: list[float] | None = None
) -> network.PooledClassifier:
    """A model whose weights are the mean of theirs; they must be fine-tuned from one encoder.

    `shares` add up to 1; by default all count the same.
    """
    mean = network.PooledClassifier(nets[0].config)
    states = [net.state_dict() for net in nets]
    weights = torch.tensor(shares or [1 / len(nets)] * len(nets))
    averaged = {
        name: torch.tensordot(
            weights, torch.stack([state[name].float() for state in states]), dims=1
        ).to(first.dtype)
        for name, first in states[0].items()
    }
    mean.load_state_dict(averaged)
    mean.eval()
    return mean


def logits(
    net: network.PooledClassifier, tokenizer: Tokenizer, examples: list[Example]
) -> np.ndarray[Any, Any]:
    """[texts, labels], in the order of `examples`."""
    net.eval()
    ids = [
        one.ids[: net.config.max_position_embeddings]
        for one in tokenizer.encode_batch([with_emoji_words(one.text) for one in examples])
    ]
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    rows = np.zeros((len(ids), len(corpus.LABELS)))
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            batch, mask, _ = tensors([ids[place] for place in places], [0] * len(places))
            rows[places] = net(batch, mask).numpy()
    return rows


def tensors(ids: list[list[int]], labels: list[int]) -> Batch:
    """Pad token ids to a batch."""
    width = max(map(len, ids))
    padded = torch.tensor([one + [0] * (width - len(one)) for one in ids])
    mask = torch.tensor([[1] * len(one) + [0] * (width - len(one)) for one in ids])
    return padded, mask, torch.tensor(labels)


def plain_tokenizer(text: str) -> Tokenizer:
    """The tokenizer of a tokenizer.json, set neither to truncate nor to pad."""
    tokenizer = Tokenizer.from_str(text)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
