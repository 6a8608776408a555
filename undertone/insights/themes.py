"""Themes that nobody listed: clusters of comments' vectors, and words and comments to name them.

The same comments give the same themes: k-means (faiss) is seeded, and every tie is broken by order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import log, sqrt
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from undertone.results.tally import Probabilities, tally
from undertone.results.verdict import summarise
from undertone.text import excerpt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_THEMES = 12
A_THEME = 40
"""The number of clusters is the root of comments divided by this, at most `MOST_THEMES`."""
FEWEST = 5
"""Comments of a theme: fewer are chance."""
WORDS = 4
CENTRAL = 3
SEED = 20_261_121
_WORD = re.compile(r"[^\W\d_][\w'’-]+")  # noqa: RUF001 - what people write
_STOP_WORDS = (
    "a about after all also am an and any are as at be because been but by can could did do does "
    "don't for from get got had has have he her his how i i'm if in into is it it's its just like "
    "me more most my no not now of on one only or our out over really she so some than that the "
    "their them then there they this to too up us user very was we were what when which who will "
    "with would you your http https com www amp"
)
_STOP = frozenset(_STOP_WORDS.split())
"""Words that name nothing. Other languages' fall away by their weight: they are in every theme."""


class Sampled(NamedTuple):
    """A comment of the sample."""

    text: str
    scores: Probabilities | None


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster of comments."""

    name: str
    """Its most telling words."""
    comments: int
    share: float
    """Of the sample …"""
    share_low: float
    share_high: float
    """… and the 95 % interval of the share among all comments (Wilson)."""
    mean_score: float | None
    mean_low: float | None
    mean_high: float | None
    central: tuple[str, ...]
    """The comments nearest to its middle."""


class Themes(msgspec.Struct, frozen=True, kw_only=True):
    """The file themes.json."""

    sampled: int
    """Comments that were looked at."""
    of: int
    """Comments with words that there are."""
    themes: tuple[Theme, ...] = ()
    unlike: int = 0
    """Sampled comments of clusters too small to be a theme."""


def find_themes(comments: Sequence[Sampled], vectors: NDArray[np.int8], of: int) -> Themes:
    """The themes of a sample, largest first; `vectors` has a row for each of `comments`."""
    number = min(MOST_THEMES, round(sqrt(len(comments) / A_THEME)))
    if number < 2 or len(comments) < 2 * FEWEST:
        return Themes(sampled=len(comments), of=of, unlike=len(comments))
    clusters, cosines = _clusters(vectors, number)
    members = [[n for n, own in enumerate(clusters) if own == one] for one in range(number)]
    kept = sorted((each for each in members if len(each) >= FEWEST), key=lambda m: (-len(m), m[0]))
    names = _names([[comments[n].text for n in each] for each in kept])
    found = tuple(
        _theme(name, each, comments, cosines) for name, each in zip(names, kept, strict=True)
    )
    unlike = len(comments) - sum(theme.comments for theme in found)
    return Themes(sampled=len(comments), of=of, themes=found, unlike=unlike)


def _clusters(vectors: NDArray[np.int8], number: int) -> tuple[list[int], list[float]]:
    """The cluster of each row, and its cosine with the cluster's middle."""
    import faiss  # noqa: PLC0415 - only with themes
    import numpy as np  # noqa: PLC0415

    faiss.omp_set_num_threads(1)
    rows = vectors.astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    means = faiss.Kmeans(
        rows.shape[1],
        number,
        niter=25,
        nredo=3,
        seed=SEED,
        spherical=True,
        min_points_per_centroid=1,
        max_points_per_centroid=len(rows),
    )
    means.train(rows)
    middles: NDArray[np.float32] = np.asarray(means.centroids)
    cosines = rows @ middles.T
    best = cosines.argmax(axis=1)
    return best.tolist(), cosines.max(axis=1).tolist()


def _names(groups: Sequence[Sequence[str]]) -> list[str]:
    """The words that tell each group of texts from the others.

    c-TF-IDF (Grootendorst 2022): a word weighs its share of the group's words, times
    log(1 + words of a mean group / the word's count in all). A word counts once a text.
    """
    counts = [Counter(word for text in texts for word in set(_words(text))) for texts in groups]
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    mean = total.total() / max(1, len(groups))
    return [
        ", ".join(
            sorted(
                (word for word, times in count.items() if times > 1),
                key=lambda word: (-count[word] * log(1 + mean / total[word]), word),
            )[:WORDS]
        )
        for count in counts
    ]


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()[:2000]) if word not in _STOP]


def _theme(
    name: str, members: Sequence[int], comments: Sequence[Sampled], cosines: Sequence[float]
) -> Theme:
    low, high = wilson(len(members), len(comments))
    scores = [scored for n in members if (scored := comments[n].scores) is not None]
    summary = summarise(tally(scores))
    nearest = sorted(members, key=lambda n: (-cosines[n], n))
    central = list(dict.fromkeys(excerpt(comments[n].text) for n in nearest))[:CENTRAL]
    return Theme(
        name=name,
        comments=len(members),
        share=round(len(members) / len(comments), 4),
        share_low=round(low, 4),
        share_high=round(high, 4),
        mean_score=round(summary.mean, 4) if summary else None,
        mean_low=round(summary.low, 4) if summary else None,
        mean_high=round(summary.high, 4) if summary else None,
        central=tuple(central),
    )


def wilson(found: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z = 1.959964
    share = found / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)
