"""Try mutants of a room and name those that no test finds: see `./dev mutants`.

The mutants are made in a copy of the project, so that an interrupted run leaves nothing behind.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tools.mutation.mutants import Mutant, mutant_at, sites_of
from tools.mutation.selection import ROOMS, files_of, runs_of
from tools.project import PROJECT


class Workplace:
    """A copy of the project, and a process that runs its tests."""

    def __init__(self, folder: Path, python: str) -> None:
        self._folder = folder
        _copy_project(folder)
        self._process = subprocess.Popen(
            [python, "-m", "tools.mutation.preloaded"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def passes(self, tests: list[str]) -> bool:
        """Whether all of `tests` pass."""
        source, sink = self._process.stdout, self._process.stdin
        assert source is not None and sink is not None  # noqa: S101, PT018 - pipes, see above
        sink.write(json.dumps(tests) + "\n")
        sink.flush()
        return source.readline() == "0\n"

    def finds(self, mutant: Mutant) -> bool:
        """Whether a test fails with `mutant`."""
        path = self._folder / mutant.file
        original = path.read_text("utf-8")
        path.write_text(mutant.source, "utf-8")
        found = not all(self.passes(run) for run in runs_of(self._folder, mutant.file))
        path.write_text(original, "utf-8")
        return found

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a survivor and the share that was found."""
    args = _parse(arguments)
    files = [file for room in args.rooms for file in files_of(PROJECT, room) if args.only in file]
    chosen = _choose(files, args.sample, args.seed)
    print(f"{len(chosen)} mutants in {len(files)} files, seed {args.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        places = [Workplace(Path(folder) / str(n), args.python) for n in range(args.jobs)]
        try:
            _check_tests_pass(places[0], files)
            alive = _alive(places, chosen)
        finally:
            for place in places:
                place.close()
    _report(chosen, alive)
    return 1 if alive else 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What `./dev mutants` hands on; it has the help."""
    parser = argparse.ArgumentParser(prog="tools.mutation")
    parser.add_argument("rooms", nargs="+", choices=ROOMS)
    parser.add_argument("--sample", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--only", required=True)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--python", required=True)
    return parser.parse_args(arguments)


def _copy_project(folder: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],  # noqa: S607
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    for name in listed:
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)


def _check_tests_pass(place: Workplace, files: list[str]) -> None:
    """Tests that fail without a mutant would find all of them."""
    tests = {name for file in files for run in runs_of(PROJECT, file) for name in run}
    if not place.passes(sorted(tests)):
        sys.exit("./dev mutants: the tests fail already, without a mutant")


def _choose(files: list[str], sample: int, seed: int) -> list[Mutant]:
    sites = [site for file in files for site in sites_of(PROJECT, file)]
    if sample and sample < len(sites):
        sites = random.Random(seed).sample(sites, sample)
    mutants = (mutant_at(PROJECT, site) for site in sorted(sites))
    return [mutant for mutant in mutants if mutant is not None]


def _alive(places: list[Workplace], mutants: list[Mutant]) -> list[Mutant]:
    """Those that no test finds, each printed as soon as that is known."""
    free: SimpleQueue[Workplace] = SimpleQueue()
    for place in places:
        free.put(place)

    def survives(mutant: Mutant) -> bool:
        place = free.get()
        found = place.finds(mutant)
        free.put(place)
        if not found:
            print(_told(mutant), flush=True)
        return not found

    with ThreadPoolExecutor(len(places)) as pool:
        survived = list(pool.map(survives, mutants))
    return [mutant for mutant, alive in zip(mutants, survived, strict=True) if alive]


def _told(mutant: Mutant) -> str:
    place = f"{mutant.file}:{mutant.line}"
    return f"survived  {place}  {mutant.operator}\n    - {mutant.was}\n    + {mutant.now}"


def _report(chosen: list[Mutant], alive: list[Mutant]) -> None:
    for file in sorted({mutant.file for mutant in chosen}):
        tried = sum(mutant.file == file for mutant in chosen)
        left = sum(mutant.file == file for mutant in alive)
        print(f"{file:<45} {tried - left:>4} of {tried:>4}")
    share = (len(chosen) - len(alive)) / len(chosen) if chosen else 1
    print(f"found {len(chosen) - len(alive)} of {len(chosen)} mutants: {share:.0%}")


if __name__ == "__main__":
    sys.exit(main())
