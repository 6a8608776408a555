"""Loads a model's graph into ONNX Runtime: the slowest part of loading a model.

A module of its own, so that the graph is loaded while the rest is still being imported.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnxruntime as ort

from model.analyzer import ArtifactError
from model.artifact import EXPORT_AGAIN


def load_session(file: Path) -> Any:
    """An onnxruntime.InferenceSession of the graph, on one core. Raises ArtifactError."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # each core gets a batch: model/onnx_analyzer.py
    options.inter_op_num_threads = 1
    # The graph was optimised when it was exported; doing it again costs start-up time.
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    # Planning which values can share memory takes longer than the rest of loading, four times as
    # long for twice the nodes; and a memory pattern is kept for every shape. Freed memory is used
    # again without either: runs take neither more time nor more memory.
    options.enable_mem_reuse = False
    options.enable_mem_pattern = False
    try:
        return ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen unrelated classes
        raise ArtifactError(
            f"ONNX Runtime {ort.__version__} cannot load {file}: {error}; {EXPORT_AGAIN}"
        ) from error
