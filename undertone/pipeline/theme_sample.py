"""Themes of a job: over a bounded sample of its chunks, the same ones for the same job."""

from __future__ import annotations

import random
from collections.abc import Sequence

from undertone import wire
from undertone.errors import Missing
from undertone.insights.part import CommentRow
from undertone.insights.themes import Sampled, Themes, find_themes
from undertone.pipeline import names
from undertone.pipeline.services import Services
from undertone.results.tally import UNIT, Probabilities

MOST = 4_000
"""Comments of the sample: with more, a share's interval is hardly narrower than two in a hundred.
"""


def themes_of(services: Services, job: str, blocks: Sequence[str], of: int) -> Themes:
    """The themes of the job with these blocks, of whose comments `of` have words. Raises Missing.

    Whole chunks are drawn until there are enough comments, so that few blobs are read.
    """
    import numpy as np  # noqa: PLC0415 - only with themes

    order = list(blocks)
    random.Random(job).shuffle(order)
    sample: list[Sampled] = []
    vectors: list[bytes] = []
    for block in order:
        rows = wire.decode_lines(services.store.jobs.read(names.facts_part(job, block)), CommentRow)
        data = _vectors(services, job, block)
        if not data:
            continue
        size = len(data) // max(1, len(rows))
        texts = _texts(services, job, block)
        for place, (row, text) in enumerate(zip(rows, texts, strict=True)):
            vector = data[place * size : (place + 1) * size]
            if not row.empty and any(vector):
                sample.append(Sampled(text, _scores(row)))
                vectors.append(vector)
        if len(sample) >= MOST:
            break
    whole = [np.frombuffer(vector, dtype=np.int8) for vector in vectors[:MOST]]
    return find_themes(sample[:MOST], np.array(whole, dtype=np.int8), of)


def _vectors(services: Services, job: str, block: str) -> bytes:
    """Those of a chunk; empty where its texts could not be encoded."""
    try:
        return services.store.jobs.read(names.vectors_part(job, block))
    except Missing:
        return b""


def _texts(services: Services, job: str, block: str) -> list[str]:
    post, chunk, _ = block.split(".")
    snapshot = services.store.snapshots.read(job, int(post))
    return [comment.text for comment in services.store.comments(snapshot, int(chunk))]


def _scores(row: CommentRow) -> Probabilities | None:
    if row.negative is None or row.neutral is None or row.positive is None:
        return None
    return Probabilities(
        *(round(share * UNIT) for share in (row.negative, row.neutral, row.positive))
    )
