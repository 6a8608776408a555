"""Learns from corrected labels: `./dev model feedback CORRECTIONS --start FOLDER --out ARTIFACT`.

CORRECTIONS is the answer of `GET api/analytics?table=corrections`. One in three texts is held out,
the same ones for ever. The present model is measured on these and on the standing sets; a candidate
goes on from FOLDER, which `./dev model train` wrote, with the other corrections among texts of the
first training; it is exported, and measured in the same way. It is written to ARTIFACT only if it
is better on the held-out corrections and worse on no standing set.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from model.factory import build
from training import corpus
from training.corpus import Example, TrainingData, deduplicated, hold_out, sample, text_key
from training.evaluate import labels_of, measuring_sets, probabilities
from training.metrics import quality

HELD_OUT = 3
"""One in this many corrections measures and is never learned."""
FEWEST = 30
"""Held-out corrections below which no figure means anything, and nothing is shipped."""
TIMES = 4
"""How often each correction comes in the candidate's training."""
OLD_TEXTS = 6_000
"""Texts of the first training that it sees beside them, so that it forgets little."""
CORRECTIONS = "held-out corrections"
Recalls = Mapping[str, float]
"""Name of a set → macro recall."""


def main(argv: Sequence[str] | None = None) -> int:
    """Print old against new; 1 if there is no better candidate."""
    options = _options(argv)
    learned, held = read_corrections(options.corrections, options.data)
    sets = dict(standing_sets(options.data))
    if held:
        sets = {CORRECTIONS: held} | sets
    print(f"{len(learned)} corrections to learn, {len(held)} held out")
    old = recalls(options.present, sets)
    if options.start is None:
        print(table(old, None))
        print("no candidate: say with --start what to go on from")
        return 1
    if options.data is None:
        raise SystemExit("say where the standing sets are: --data FOLDER or UNDERTONE_DATA")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train_candidate(learned, corpus.training_data(options.data), options, folder / "net")
        artifact = export_candidate(folder / "net", folder / "artifact", options)
        new = recalls(str(artifact), sets)
        print(table(old, new))
        reason = why_not(old, new, len(held))
        if reason:
            print(f"not shipped: {reason}")
            return 1
        shutil.copytree(artifact, options.out, dirs_exist_ok=True)
    print(f"shipped to {options.out}: better on the corrections, worse on no standing set")
    return 0


def read_corrections(file: Path, data: Path | None) -> tuple[list[Example], list[Example]]:
    """(to learn, held out). Of a text that was corrected twice the last one counts; texts that are
    gone with their job, and texts of the standing sets, are left out."""
    rows = json.loads(file.read_text("utf-8"))["corrections"]
    last = {
        text_key(row["text"]): Example(row["text"], corpus.LABELS.index(row["label"]))
        for row in rows
        if row["text"].strip()
    }
    measured = {text_key(one.text) for _, texts in standing_sets(data) for one in texts}
    return hold_out(deduplicated(last.values(), measured), HELD_OUT)


def standing_sets(data: Path | None) -> list[tuple[str, list[Example]]]:
    """The sets that measure every model."""
    return list(measuring_sets(data))


def recalls(model: str, sets: Mapping[str, list[Example]]) -> Recalls:
    """The macro recall of a model on each set."""
    analyzer = build(model)
    return {
        name: quality(labels_of(texts), probabilities(analyzer, texts)).macro_recall
        for name, texts in sets.items()
    }


def why_not(old: Recalls, new: Recalls, held: int) -> str:
    """Why the candidate is not shipped; empty if it is."""
    if held < FEWEST:
        return f"{held} held-out corrections are too few; {FEWEST} are needed"
    if new[CORRECTIONS] <= old[CORRECTIONS]:
        return "it is not better on the held-out corrections"
    worse = [name for name in old if name != CORRECTIONS and new[name] < old[name]]
    return f"it is worse on {', '.join(worse)}" if worse else ""


def table(old: Recalls, new: Recalls | None) -> str:
    """Old against new in Markdown."""
    lines = ["| macro recall | present | candidate |", "|---|---|---|"]
    for name, before in old.items():
        after = "" if new is None else f"{new[name]:.2%}"
        lines.append(f"| {name} | {before:.2%} | {after} |")
    return "\n".join(lines)


def mixture(learned: list[Example], data: TrainingData) -> list[Example]:
    """What the candidate learns: corrections several times, and a sample of what it knows."""
    held = {text_key(one.text) for one in learned}
    before = [
        one for one in (*data.tweets, *data.comments, *data.own) if text_key(one.text) not in held
    ]
    return learned * TIMES + sample(before, OLD_TEXTS, seed=1)


def train_candidate(
    learned: list[Example], data: TrainingData, options: argparse.Namespace, folder: Path
) -> None:
    """Train one seed from `options.start` and save it as `./dev model train` does."""
    from training import network  # noqa: PLC0415 - needs PyTorch, which the decision does not
    from training.choose import best_temperature, held_out_logits  # noqa: PLC0415
    from training.loop import new_run, train_seed  # noqa: PLC0415

    given = argparse.Namespace(
        start=options.start,
        pooling=options.pooling,
        rate=options.rate,
        epochs=options.epochs,
        steps=None,
        work=folder.parent,
        teachers=[],
        teacher_shares=None,
    )
    run = train_seed(new_run(1, mixture(learned, data), given))
    before = json.loads((options.start / "training.json").read_text("utf-8"))
    held_out = held_out_logits(run.net, run.tokenizer, data)
    changes = {
        "temperature": best_temperature(held_out),
        "corrections": [len(learned), corpus.digest(learned)],
    }
    text = (options.start / "tokenizer.json").read_text("utf-8")
    network.save(run.net, text, before | changes, folder)


def export_candidate(net: Path, out: Path, options: argparse.Namespace) -> Path:
    """The candidate as it would be shipped: int8, and compared with PyTorch."""
    from training import export  # noqa: PLC0415 - needs PyTorch

    arguments = [str(net), str(out), "--agreement", str(options.agreement)]
    if options.data is not None:
        arguments += ["--data", str(options.data)]
    if options.texts:
        arguments += ["--texts", str(options.texts)]
    if export.main(arguments):
        raise SystemExit("the candidate could not be exported")
    return out


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev model feedback", description=__doc__)
    parser.add_argument("corrections", type=Path, help="JSON of analytics?table=corrections")
    parser.add_argument("--present", default="compact", help="the artifact that is in use")
    parser.add_argument("--start", type=Path, help="what ./dev model train wrote of it")
    parser.add_argument("--pooling", default="")
    parser.add_argument("--rate", type=float, default=1e-5)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(".dev/feedback"))
    parser.add_argument("--agreement", type=float, default=0.99, help="of int8 with PyTorch")
    parser.add_argument("--texts", type=int, help="compare int8 with PyTorch on so many")
    corpus.add_data_option(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
