"""A model's graph in ONNX Runtime: what takes longest when a model is loaded.

In a module of its own, so that the graph can be loaded while the rest is still being imported.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnxruntime as ort

from model.analyzer import ArtifactError


def opened_session(file: Path) -> Any:
    """The session of a graph, on one core. Raises ArtifactError."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # the cores are used by batches, see model/onnx.py
    options.inter_op_num_threads = 1
    # export.py has optimised the graph already; doing it again costs start-up time.
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    # Planning which values may lie where others lay takes longer than all else that is done to load
    # a graph, four times as long for twice the nodes; and a pattern is kept for every shape. What
    # is freed is used again without either: neither time nor memory of a run is more.
    options.enable_mem_reuse = False
    options.enable_mem_pattern = False
    try:
        return ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen unrelated classes
        raise ArtifactError(
            f"ONNX Runtime {ort.__version__} cannot load {file}: {error}; make the folder anew "
            "with `./dev model export`"
        ) from error
