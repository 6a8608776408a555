"""Fuzz one target, or run it on one input: `python -m tests.fuzz TARGET …`, see `./dev fuzz`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

LONGEST = 8_192
"""Bytes of an input."""
CORPUS = Path(__file__).parent / "corpus"
"""A folder of inputs for each target; those of `platforms` are in one of the source's name."""


def main() -> None:
    """Fuzz for `--seconds`, or report what is wrong with `--input`."""
    parser = argparse.ArgumentParser(prog="tests.fuzz")
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--input", type=Path)
    args = parser.parse_args()
    if args.input:
        _run_once(args.target, args.input, args.out)
    else:
        _fuzz(args)


def _run_once(target: str, path: Path, out: Path) -> None:
    from tests.fuzz.findings import Findings  # noqa: PLC0415
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415

    TARGETS[target](path.read_bytes())  # its traceback says more than a summary
    wrong = Findings(target, out).run(TARGETS[target], path.read_bytes())
    print(wrong or "nothing is wrong with it")
    sys.exit(1 if wrong else 0)


def _fuzz(args: argparse.Namespace) -> None:
    import atheris  # noqa: PLC0415 - only in the environment of ./dev fuzz

    with atheris.instrument_imports(
        include=["undertone", "model", "functions", "html", "_markupbase", "email", "urllib"],
    ):
        from tests.fuzz.findings import Findings  # noqa: PLC0415
        from tests.fuzz.spoiling import blown_up, spoilt  # noqa: PLC0415
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415

    target, findings = TARGETS[args.target], Findings(args.target, args.out)

    def mutated(data: bytes, longest: int, seed: int) -> bytes:
        if seed % 16 == 0:
            return blown_up(data, seed, longest)
        changed = spoilt(data, seed) if seed % 3 else None
        if changed is None or len(changed) > longest:
            return bytes(atheris.Mutate(data, longest))
        return changed

    def one(data: bytes) -> None:
        findings.run(target, data)

    corpus = args.out / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    seeds = CORPUS / args.target
    options = [
        f"-max_total_time={args.seconds}",
        f"-max_len={LONGEST}",
        f"-seed={args.seed or os.getpid()}",
        f"-artifact_prefix={args.out}/",
        "-len_control=0",  # long inputs from the beginning
        "-timeout=60",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    folders = [str(folder) for folder in (corpus, seeds) if folder.is_dir()]
    atheris.Setup(
        [sys.argv[0], *options, *folders],
        one,
        custom_mutator=mutated,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
