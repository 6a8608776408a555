"""Measures how an analyzer errs on whole posts: `./dev model calibrate ARTIFACT --write`.

The result goes into the artifact's manifest, as `calibration`; the intervals of posts.csv follow
from it. `./dev model coverage` shows whether they hold on domains that were left out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from model.analyzer import Calibration
from model.artifact import MANIFEST
from model.factory import ARTIFACTS, build
from training import corpus
from training.domains import add_folder_option, read_domains
from training.quantify import calibration
from training.scoring import score_domains

LEAST = 8
"""Domains, below which a spread over domains is not to be trusted."""


def main(argv: Sequence[str] | None = None) -> None:
    """Print the calibration, and write it into the manifest if asked to."""
    options = _options(argv)
    domains, missing = read_domains(options.domains, options.data)
    for one in missing:
        print(f"without {one.name}: {one.reason}")
    if len(domains) < LEAST:
        raise SystemExit(f"{len(domains)} domains are too few to calibrate on; {LEAST} are needed")
    scored = score_domains(build(options.artifact), domains, options.cache)
    found = as_fields(calibration(list(scored.values())))
    print(json.dumps(found, indent=2))
    if options.write:
        bundled = ARTIFACTS / options.artifact
        write((bundled if bundled.is_dir() else Path(options.artifact)) / MANIFEST, found)


def as_fields(found: Calibration) -> dict[str, object]:
    """As it stands in a manifest, to four digits."""
    lines = {
        name: {part: round(value, 4) for part, value in getattr(found, name)._asdict().items()}
        for name in Calibration._fields[1:]
    }
    return {"domains": found.domains, **lines}


def write(file: Path, found: dict[str, object]) -> None:
    """Keep a calibration in this manifest, in the place of an earlier one."""
    manifest = json.loads(file.read_text(encoding="utf-8"))
    manifest["calibration"] = found
    file.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev model calibrate", description=__doc__)
    parser.add_argument("artifact", help="a folder, or any analyzer's name")
    parser.add_argument("--write", action="store_true", help="keep it in the artifact's manifest")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="keeps scores between runs")
    add_folder_option(parser)
    corpus.add_data_option(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
