"""Ways to quantise a trained model: speed, quality, and how much a score depends on the batch.

`./dev bench quantisation MODEL_FOLDER`, with a folder that `./dev model train` wrote. Prints the
table that is kept in docs/decisions. Quality is measured on TweetEval's validation set: test sets
must not decide anything.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from model.batching import MIN_ROWS, Batch, plan_batches
from model.cores import usable_cores
from model.onnx_analyzer import BATCH_TOKENS
from model.text import PREPROCESSING
from model.windows import truncating_tokenizer
from tools.environment import model_python
from training import corpus
from training.metrics import quality, softmax
from training.quantise import float_product, quantise, rewrite

BATCH, SHUFFLES, CALIBRATION = 32, 3, 200
NAMES = ("float", "dynamic", "dynamic, 7-bit weights", "static", "blocks", "rows")
Floats = NDArray[np.float64]


class Texts(NamedTuple):
    """Token ids of the texts that are scored and the id that pads them."""

    ids: list[list[int]]
    pad: int


class Reference(NamedTuple):
    """Labelled texts, and the float graph's probabilities for them."""

    texts: Texts
    labels: Any
    exact: Floats


def main(argv: Sequence[str] | None = None) -> int:
    """Make every variant, measure it, print the table."""
    options = _options(argv)
    if options.data is None:
        raise SystemExit(
            "this needs labelled tweets: name their folder by --data or UNDERTONE_DATA"
        )
    if find_spec("torch") is None:
        command = [str(model_python()), "-m", "benchmarks.quantisation", *(argv or sys.argv[1:])]
        return subprocess.run(command, check=False).returncode
    logging.disable(logging.WARNING)
    examples = corpus.sample(corpus.semeval(options.data, "val"), options.known, seed=9)
    crowd = corpus.sample(corpus.semeval_train(options.data), options.texts, seed=9)
    chosen = texts_of(options.model, examples)
    company = texts_of(options.model, crowd)
    labels = np.array([one.label for one in examples])
    with tempfile.TemporaryDirectory() as folder:
        files = variants(options.model, Path(folder), company)
        exact = softmax(planned(session(files["float"]), chosen))
        reference = Reference(chosen, labels, exact)
        print(_HEADING)
        for name in options.only or files:
            file = files[name]
            print(row(name, file, reference, company), flush=True)
    print(f"\n{usable_cores()} cores, load average {os.getloadavg()[0]:.1f}")
    return 0


_HEADING = (
    "| variant | MB | texts/s | macro recall | agrees with float | largest change by company | "
    "labels changed by company | largest change, our batches | same bytes, own widths |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def row(name: str, file: Path, reference: Reference, company: Texts) -> str:
    """A variant's line of the table; `company` are the texts that are scored in several orders."""
    running = session(file)
    begin = time.perf_counter()
    answers = softmax(planned(running, reference.texts))
    speed = len(reference.texts.ids) / (time.perf_counter() - begin)
    usual = [softmax(in_order(running, company, seed)) for seed in range(SHUFFLES)]
    largest, changed = spread(usual)
    own = [softmax(planned(running, company, seed)) for seed in range(SHUFFLES)]
    own_largest, _ = spread(own)
    cells = [
        name,
        f"{file.stat().st_size / 1e6:.1f}",
        f"{speed:.0f}",
        f"{quality(reference.labels, answers).macro_recall:.1%}",
        f"{(answers.argmax(1) == reference.exact.argmax(1)).mean():.1%}",
        f"{largest:.4f}",
        f"{changed:.2%}",
        f"{own_largest:.1g}",
        "yes" if all(one.tobytes() == own[0].tobytes() for one in own) else "no",
    ]
    return f"| {' | '.join(cells)} |"


def spread(runs: Sequence[Floats]) -> tuple[float, float]:
    """(largest change of a probability, share of labels changed) between runs in other batches."""
    stacked = np.stack(runs)
    labels = stacked.argmax(2)
    largest = float((stacked.max(0) - stacked.min(0)).max())
    return largest, float((labels != labels[0]).any(0).mean())


def in_order(running: Any, texts: Texts, seed: int) -> Floats:
    """Logits, scored in a shuffled order in batches of 32, each padded to its longest."""
    order = np.random.default_rng(seed).permutation(len(texts.ids)).tolist()
    batches = []
    for start in range(0, len(order), BATCH):
        places = tuple(order[start : start + BATCH])
        batches.append(Batch(places, max(len(texts.ids[place]) for place in places)))
    return scored(running, texts, batches)


def planned(running: Any, texts: Texts, seed: int = 0) -> Floats:
    """Logits, scored in our planned batches, in chunks after a shuffle, so that batches differ."""
    order = np.random.default_rng(seed).permutation(len(texts.ids)).tolist()
    batches = []
    for start in range(0, len(order), 500):
        chunk = order[start : start + 500]
        for batch in plan_batches([len(texts.ids[index]) for index in chunk], BATCH_TOKENS):
            places = tuple(chunk[place] for place in batch.indices)
            batches.append(Batch(places, batch.width))
    return scored(running, texts, batches)


def scored(running: Any, texts: Texts, batches: Sequence[Batch]) -> Floats:
    """Logits [texts, 3]."""
    answer = np.zeros((len(texts.ids), 3))

    def score(batch: Batch) -> None:
        (logits,) = running.run(None, inputs(texts, batch))
        answer[list(batch.indices)] = logits[: len(batch.indices)]

    with ThreadPoolExecutor(usable_cores()) as cores:
        list(cores.map(score, batches))
    return answer


def inputs(texts: Texts, batch: Batch) -> dict[str, Any]:
    """A batch as the graph's inputs; a single text gets an empty second row, as in OnnxAnalyzer."""
    rows = max(MIN_ROWS, len(batch.indices))
    ids = np.full((rows, batch.width), texts.pad, dtype=np.int64)
    mask = np.zeros_like(ids)
    mask[len(batch.indices) :, 0] = 1
    for number, place in enumerate(batch.indices):
        length = len(texts.ids[place])
        ids[number, :length], mask[number, :length] = texts.ids[place], 1
    return {"input_ids": ids, "attention_mask": mask}


def texts_of(folder: Path, examples: Sequence[corpus.Example]) -> Texts:
    """Preprocessed and tokenized for the trained model."""
    tokenizer = truncating_tokenizer(str(folder / "tokenizer.json"), 128)
    cleaned = [PREPROCESSING["words-1"](one.text) for one in examples]
    return Texts([one.ids for one in tokenizer.encode_batch(cleaned)], 0)


def session(file: Path) -> Any:
    """A session on one core; each core scores batches of its own, as in the app.

    Unlike in the app, ONNX Runtime optimises the graph: not all of these were optimised before.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def variants(model: Path, folder: Path, texts: Texts) -> dict[str, Path]:
    """Name → the graph's file in `folder`: ONNX Runtime's own ways to quantise, and ours.

    `texts` calibrate the static ranges.
    """
    # These import PyTorch.
    from training import fuse, network  # noqa: PLC0415
    from training.first_token import first_token_only  # noqa: PLC0415

    net = network.load(model)
    size = net.config
    shape = fuse.Shape(size.num_hidden_layers, size.num_attention_heads, size.hidden_size)
    fused = first_token_only(fuse.fused_graph(net, shape))
    files = {name: folder / f"{name}.onnx" for name in NAMES}
    split = folder / "split.onnx"  # attention split from its projection, in float
    onnx.save(fused, files["float"])
    onnx.save(quantise(fused), files["rows"])
    onnx.save(rewrite(fused, float_product), split)
    _save_dynamic(files["float"], files["dynamic"], reduce_range=False)
    _save_dynamic(files["float"], files["dynamic, 7-bit weights"], reduce_range=True)
    _save_static(split, files["static"], texts)
    _save_blocks(split, files["blocks"])
    return files


_EXTRA = {"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT}


def _save_dynamic(source: Path, file: Path, *, reduce_range: bool) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415

    quantize_dynamic(
        source,
        file,
        per_channel=True,
        weight_type=QuantType.QInt8,
        reduce_range=reduce_range,
        extra_options=_EXTRA,
    )


def _save_static(source: Path, file: Path, texts: Texts) -> None:
    from onnxruntime.quantization import QuantType, quantize_static  # noqa: PLC0415

    quantize_static(
        source,
        file,
        _Calibration(texts),
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        reduce_range=True,
        extra_options={**_EXTRA, "ActivationSymmetric": False},
    )


def _save_blocks(source: Path, file: Path) -> None:
    from onnxruntime.quantization.matmul_nbits_quantizer import (  # noqa: PLC0415
        MatMulNBitsQuantizer,
    )

    blocks = MatMulNBitsQuantizer(
        onnx.load(source), bits=8, block_size=32, is_symmetric=True, accuracy_level=4
    )
    blocks.process()
    blocks.model.save_model_to_file(str(file))


class _Calibration:
    """Real texts for the static ranges, a batch of one width after the other."""

    def __init__(self, texts: Texts) -> None:
        few = Texts(texts.ids[:CALIBRATION], texts.pad)
        self._batches = iter(
            [
                inputs(few, batch)
                for batch in plan_batches([len(one) for one in few.ids], BATCH_TOKENS)
            ]
        )

    def get_next(self) -> dict[str, Any] | None:
        """As onnxruntime's CalibrationDataReader."""
        return next(self._batches, None)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench quantisation", description=__doc__)
    parser.add_argument("model", type=Path, help="the folder that ./dev model train wrote")
    parser.add_argument("--known", type=int, default=2000, help="validation tweets")
    parser.add_argument("--texts", type=int, default=5000, help="tweets in shuffled company")
    parser.add_argument("--only", nargs="+", choices=NAMES, help="of the variants; default: all")
    corpus.add_data_option(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
