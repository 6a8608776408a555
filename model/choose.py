"""Chooses among trained networks and finishes one, on texts held out for choosing.

Needs the model tools' environment. The sets that measure a model are never looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from model import corpus, network
from model.corpus import Example, TrainingData
from model.metrics import quality, softmax
from model.text import words

BATCH = 32
TEMPERATURES = [number / 100 for number in range(40, 301)]
"""Those that are tried."""
Answers = dict[str, tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]
Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def choice_answers(
    net: network.PooledClassifier, tokenizer: Tokenizer, data: TrainingData
) -> Answers:
    """Labels and logits of every set that chooses, by its name."""
    sets = {
        "tweets": data.tweets_chosen_on,
        "comments": data.comments_chosen_on,
        "own": data.own_chosen_on,
    }
    return {
        name: (np.array([one.label for one in examples]), logits(net, tokenizer, examples))
        for name, examples in sets.items()
    }


def choice_scores(answers: Answers, shift: Sequence[float] = (0, 0, 0)) -> dict[str, float]:
    """Macro recall on each of the held-out sets that choose, and their mean."""
    scores = {
        name: quality(labels, softmax(rows + np.array(shift))).macro_recall
        for name, (labels, rows) in answers.items()
    }
    # Our own comments are few and easy: they weigh half.
    scores["mean"] = (scores["tweets"] + scores["comments"] + 0.5 * scores["own"]) / 2.5
    return {name: round(score, 4) for name, score in scores.items()}


def class_shift(answers: Answers) -> list[float]:
    """What is added to the logits, in the order of the labels, for the best choice score.

    Training texts are seldom negative (one in six tweets), and the model learns that too; a macro
    recall asks for every class alike. Found on a grid, on the sets that choose.
    """
    grid = [[low / 20, 0.0, high / 20] for low in range(-8, 25, 2) for high in range(-12, 13, 2)]
    return max(grid, key=lambda shift: choice_scores(answers, shift)["mean"])


def temperature(answers: Answers, shift: Sequence[float] = (0, 0, 0)) -> float:
    """At which the worst calibrated of the held-out sets is calibrated best.

    Not fitted on all of them together: tweets are the most and the easiest, and would decide alone
    how sure the model is of comments.
    """

    def worst(one: float) -> float:
        return max(
            quality(labels, softmax(rows + np.array(shift), one)).calibration_error
            for labels, rows in answers.values()
        )

    return min(TEMPERATURES, key=worst)


def average(
    nets: list[network.PooledClassifier], shares: list[float] | None = None
) -> network.PooledClassifier:
    """A model whose every weight is the mean of theirs (one encoder's fine-tunings lie close).

    `shares` add up to 1; by default all weigh the same.
    """
    mean = network.PooledClassifier(nets[0].config)
    states = [net.state_dict() for net in nets]
    weights = torch.tensor(shares or [1 / len(nets)] * len(nets))
    together = {
        name: torch.tensordot(
            weights, torch.stack([state[name].float() for state in states]), dims=1
        ).to(first.dtype)
        for name, first in states[0].items()
    }
    mean.load_state_dict(together)
    mean.eval()
    return mean


def logits(
    net: network.PooledClassifier, tokenizer: Tokenizer, examples: list[Example]
) -> np.ndarray[Any, Any]:
    """[texts, labels], in the order given."""
    net.eval()
    ids = [
        one.ids[: net.config.max_position_embeddings]
        for one in tokenizer.encode_batch([words(one.text) for one in examples])
    ]
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    answer = np.zeros((len(ids), len(corpus.LABELS)))
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            batch, mask, _ = tensors([ids[place] for place in places], [0] * len(places))
            answer[places] = net(batch, mask).numpy()
    return answer


def tensors(ids: list[list[int]], labels: list[int]) -> Batch:
    """Padded ids [batch, tokens], their mask, labels [batch]."""
    width = max(map(len, ids))
    padded = torch.tensor([one + [0] * (width - len(one)) for one in ids])
    mask = torch.tensor([[1] * len(one) + [0] * (width - len(one)) for one in ids])
    return padded, mask, torch.tensor(labels)


def plain_tokenizer(text: str) -> Tokenizer:
    """A tokenizer that neither cuts nor pads."""
    tokenizer = Tokenizer.from_str(text)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
