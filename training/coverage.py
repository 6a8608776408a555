"""Do the intervals hold? `./dev model coverage ARTIFACT` asks domains that were left out in turn.

Whatever it prints of a domain was made without that domain: lines, spreads and all. The domains are
those of `domains.py`, read from a folder given by hand; those that are missing are named.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np

from model.factory import build
from training import corpus
from training.domains import add_folder_option, read_domains, read_groups
from training.quantify import (
    WAYS,
    Scored,
    fit_line,
    leanings,
    measured_line,
    true_leanings,
)
from training.repeats import Repeats, intervals, labels, shares
from training.scoring import score_domains

SIZES = (30, 100, 300, 1_000)
LABELS = (25, 50, 100, 200, 400)
POST = 1_000
"""Comments of the post of which some are labelled."""
LEAST = 8
SEED = 15


def main(argv: Sequence[str] | None = None) -> None:
    """Print all tables."""
    options = _options(argv)
    domains, missing = read_domains(options.domains, options.data)
    for one in missing:
        print(f"without {one.name}: {one.reason}")
    if len(domains) < LEAST:
        print(f"skipped: {len(domains)} domains are too few to leave one out; {LEAST} are needed")
        return
    analyzer = build(options.artifact)
    scored = score_domains(analyzer, domains, options.cache)
    print(f"# {analyzer.model} on {len(scored)} domains, each left out in turn\n")
    print(ways_table(scored))
    print(interval_table(scored, options.trials))
    print(domain_table(scored, options.trials))
    print(share_table(scored, options.trials))
    print(label_table(scored, options.trials))
    groups = read_groups(options.domains)
    for platform, texts in groups.items():
        print(difference_line(platform, score_domains(analyzer, texts, options.cache), scored))


def ways_table(domains: Mapping[str, Scored]) -> str:
    """How far each way to quantify is off, over whole domains."""
    lines = ["| way | mean error | largest | root mean square |", "|---|---|---|---|"]
    for name, way in WAYS.items():
        errors = [
            way([one for place, one in domains.items() if place != left_out], asked)
            - float(true_leanings([asked])[0])
            for left_out, asked in domains.items()
        ]
        size = np.abs(errors)
        square = float(np.sqrt(np.mean(np.square(errors))))
        lines.append(f"| {name} | {size.mean():.3f} | {size.max():.3f} | {square:.3f} |")
    return "\n".join(lines) + "\n"


def interval_table(domains: Mapping[str, Scored], trials: int) -> str:
    """Coverage, width and error by the size of the sample, over all domains."""
    lines = [
        "| comments | covers | least domain | covers the sample's own | width | error of the mean "
        "| raw: covers | raw: width | raw: error |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for size in SIZES:
        found = intervals(domains, size, trials, SEED)
        raw, honest = ([pair[place] for pair in found.values()] for place in (0, 1))
        least = min(found, key=lambda name: found[name][1].covered)
        lines.append(
            f"| {size} | {_mean(honest, 'covered'):.1%} | {found[least][1].covered:.0%} {least} | "
            f"{_mean(honest, 'covered_sample'):.1%} | {_mean(honest, 'width'):.2f} | "
            f"{_mean(honest, 'error'):.3f} | {_mean(raw, 'covered'):.1%} | "
            f"{_mean(raw, 'width'):.2f} | {_mean(raw, 'error'):.3f} |"
        )
    return "\n".join(lines) + "\n"


def domain_table(domains: Mapping[str, Scored], trials: int) -> str:
    """Coverage of the honest interval in each domain, by the size of the sample."""
    found = [intervals(domains, size, trials, SEED) for size in SIZES]
    sizes = " | ".join(map(str, SIZES))
    lines = [
        f"| domain | texts | by people | by the model | {sizes} |",
        "|---|---|---|---|" + "---|" * len(SIZES),
    ]
    for name, domain in domains.items():
        cells = " | ".join(f"{one[name][1].covered:.0%}" for one in found)
        truth, said = true_leanings([domain])[0], leanings([domain])[0]
        lines.append(f"| {name} | {len(domain.labels)} | {truth:+.2f} | {said:+.2f} | {cells} |")
    return "\n".join(lines) + "\n"


def share_table(domains: Mapping[str, Scored], trials: int) -> str:
    """Coverage and width of the intervals of the shares, over domains with neutral texts."""
    lines = ["| comments | negative | neutral | positive |", "|---|---|---|---|"]
    for size in SIZES:
        found = shares(domains, size, trials, SEED)
        cells = []
        for side in range(3):
            least = min(found, key=partial(_covered_share, found, side))
            rows = [row[side] for row in found.values()]
            cells.append(
                f"covers {_mean(rows, 'covered'):.0%}, least {found[least][side].covered:.0%} "
                f"{least}, width {_mean(rows, 'width'):.2f}, error {_mean(rows, 'error'):.3f}"
            )
        lines.append(f"| {size} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def label_table(domains: Mapping[str, Scored], trials: int) -> str:
    """What labels of a random sample buy, in a post of POST comments."""
    lines = [
        "| labels | covers | least domain | covers the post's own | width | labels alone: covers "
        "| labels alone: width | without labels: width |",
        "|---|---|---|---|---|---|---|---|",
    ]
    widths: dict[int, float] = {}
    for count in LABELS:
        found = labels(domains, count, POST, trials, SEED)
        model, alone, both = ([row[place] for row in found.values()] for place in range(3))
        least = min(found, key=lambda name: found[name][2].covered)
        lines.append(
            f"| {count} | {_mean(both, 'covered'):.1%} | {found[least][2].covered:.0%} {least} | "
            f"{_mean(both, 'covered_sample'):.1%} | {_mean(both, 'width'):.2f} | "
            f"{_mean(alone, 'covered'):.1%} | {_mean(alone, 'width'):.2f} | "
            f"{_mean(model, 'width'):.2f} |"
        )
        widths[count] = _mean(both, "width")
    without = _mean(model, "width")
    halving = halving_labels(widths, without / 2)
    lines.append(f"\n{halving} labels halve the width that the model alone leaves")
    return "\n".join(lines) + "\n"


def halving_labels(widths: Mapping[int, float], half: float) -> str:
    """How many labels make an interval this narrow; between two counts by the law of roots."""
    for count, width in sorted(widths.items()):
        if width <= half:
            below = max((one for one in widths if one < count), default=None)
            if below is None:
                return f"At most {count}"
            return f"About {round(below * (widths[below] / half) ** 2)}"
    return f"More than {max(widths)}"


def difference_line(
    platform: str, groups: Mapping[str, Scored], domains: Mapping[str, Scored]
) -> str:
    """How much of the model's error two posts of the same platform share."""
    others = [domain for name, domain in domains.items() if name != platform]
    offset, slope = fit_line(leanings(others), true_leanings(others))
    spread = measured_line(leanings(others), true_leanings(others)).spread
    posts = list(groups.values())
    errors = offset + slope * leanings(posts) - true_leanings(posts)
    apart = [one - other for one, other in combinations(errors, 2)]
    found = float(np.sqrt(np.mean(np.square(apart))))
    luck = float(np.mean([(_noise(one, slope)) for one in posts]))
    alone = max(0.0, found**2 / 2 - luck) ** 0.5
    return (
        f"{platform}: {len(posts)} posts, mean error {np.abs(errors).mean():.3f}; of differences "
        f"between two of them {np.abs(apart).mean():.3f} (root mean square {found:.3f}, against "
        f"{spread * 2**0.5:.3f} for two kinds of comments); without the luck of these samples a "
        f"post's own error is {alone:.3f}, {alone / spread:.0%} of the spread over kinds"
    )


def _noise(domain: Scored, slope: float) -> float:
    """Variance that the luck of a finite set gives to an error of its mean."""
    by_text = slope * (domain.predicted - 1.0) - (domain.labels - 1.0)
    return float(by_text.var() / len(by_text))


def _covered_share(found: Mapping[str, tuple[Repeats, ...]], side: int, name: str) -> float:
    return found[name][side].covered


def _mean(rows: Sequence[Repeats], field: str) -> float:
    return float(np.mean([getattr(row, field) for row in rows]))


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev model coverage", description=__doc__)
    parser.add_argument("artifact", nargs="?", default="compact", help="any analyzer's name")
    parser.add_argument("--trials", type=int, default=400, help="samples of each domain and size")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="keeps scores between runs")
    add_folder_option(parser)
    corpus.add_data_option(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
