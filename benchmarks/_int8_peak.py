"""Measures what share of the machine's int8 matrix peak a quantised model reaches.

And what the rest of the time goes to. The peak is measured in the same run, as the speed of a large
integer matrix product: one that is divided among the cores, or one on each core, whichever is
faster.
"""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

from model.artifact import GRAPH, TOKENIZER, read_manifest
from model.batching import MIN_ROWS, Batch, plan_batches
from model.cores import usable_cores
from model.onnx_analyzer import BATCH_TOKENS, OnnxAnalyzer
from model.text import PREPROCESSING
from model.windows import truncating_tokenizer, windows

ROWS, INNER, COLUMNS, TIMES = 1024, 4096, 4096, 8
RUNS = 8
"""Of the model; the fastest counts, as with the products."""


def int8_shares(folder: Path, texts: Sequence[str]) -> dict[str, Any]:
    """Billions of multiply-adds a second, their share of the peak, and the shares of the time."""
    manifest = read_manifest(folder)
    analyzer = OnnxAnalyzer.load(folder)
    tokenizer = truncating_tokenizer(str(folder / TOKENIZER), manifest.max_tokens)
    begin = time.perf_counter()
    parts = windows(tokenizer, [PREPROCESSING[manifest.preprocessing](text) for text in texts])
    tokenizing = time.perf_counter() - begin
    ids = [part.ids for part in parts]
    batches = plan_batches([len(one) for one in ids], BATCH_TOKENS, min_texts=MIN_ROWS)
    running = min(_seconds(lambda: analyzer.logits(ids)) for _ in range(RUNS))
    real = sum(len(one) for one in ids)
    padded = sum(batch.padded_tokens for batch in batches)
    operators, work = _profiled(folder, batches, ids, manifest.pad_id)
    peak = max(max(divided_peak(), parallel_peak()) for _ in range(3))
    reached = work / (running + tokenizing)
    return {
        "peak_gmacs": round(peak / 1e9, 1),
        "reached_gmacs": round(reached / 1e9, 1),
        "share": round(reached / peak, 3),
        "share_without_padding": round(reached * real / padded / peak, 3),
        "tokenizing_share_of_time": round(tokenizing / (running + tokenizing), 3),
        "padding_share_of_tokens": round(1 - real / padded, 3),
        "operators": operators,
    }


def divided_peak() -> float:
    """Multiply-adds a second of one large uint8 times int8 product, divided among the cores."""
    return _peak(1, usable_cores())


def parallel_peak() -> float:
    """Multiply-adds a second of such products, one on each core."""
    return _peak(usable_cores(), 1)


def _peak(products: int, threads: int) -> float:
    random = np.random.default_rng(1)
    weight = random.integers(-63, 64, (INNER, COLUMNS)).astype(np.int8)
    node = helper.make_node("MatMulInteger", ["rows", "weight"], ["out"])
    ports = [helper.make_tensor_value_info("rows", TensorProto.UINT8, [ROWS, INNER])]
    answer = [helper.make_tensor_value_info("out", TensorProto.INT32, [ROWS, COLUMNS])]
    constants = [numpy_helper.from_array(weight, "weight")]
    graph = helper.make_graph([node], "peak", ports, answer, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    session = _session(model.SerializeToString(), threads)
    rows = {"rows": random.integers(0, 128, (ROWS, INNER)).astype(np.uint8)}

    def once(_: int) -> None:
        session.run(None, rows)

    with ThreadPoolExecutor(products) as pool:
        list(pool.map(once, range(products)))
        seconds = min(_seconds(lambda: list(pool.map(once, range(products)))) for _ in range(TIMES))
    return products * ROWS * INNER * COLUMNS / seconds


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _session(model: str | bytes, threads: int, *, profile: bool = False) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.enable_profiling = profile
    options.profile_file_prefix = ".dev/onnxruntime_profile"
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _inputs(batch: Batch, ids: Sequence[Sequence[int]], pad: int) -> dict[str, Any]:
    given = np.full((len(batch.indices), batch.width), pad, dtype=np.int64)
    mask = np.zeros_like(given)
    for row, index in enumerate(batch.indices):
        given[row, : len(ids[index])] = ids[index]
        mask[row, : len(ids[index])] = 1
    return {"input_ids": given, "attention_mask": mask}


def _profiled(
    folder: Path, batches: Sequence[Batch], ids: Sequence[Sequence[int]], pad: int
) -> tuple[dict[str, float], int]:
    """(shares, multiply-adds), from a profile on one core.

    The shares are kind of node → its share of the time in nodes, the largest first. The
    multiply-adds are those of the int8 products that ran: the last layer's do not run for every
    token.
    """
    session = _session((folder / GRAPH).as_posix(), 1, profile=True)
    for batch in batches:
        session.run(None, _inputs(batch, ids, pad))
    file = Path(session.end_profiling())
    spent: Counter[str] = Counter()
    work = 0
    for event in json.loads(file.read_text(encoding="utf-8")):
        if event.get("cat") != "Node" or not event["name"].endswith("_kernel_time"):
            continue
        kind = event["args"]["op_name"]
        spent[kind] += event["dur"]
        if kind == "MatMulIntegerToFloat":
            (rows,) = event["args"]["input_type_shape"][0].values()
            (product,) = event["args"]["output_type_shape"][0].values()
            work += math.prod(product) * rows[-1]
    file.unlink()
    shares = {kind: round(time / spent.total(), 3) for kind, time in spent.most_common(10)}
    return shares, work
