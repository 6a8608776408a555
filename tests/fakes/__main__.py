"""`python -m tests.fakes --port 7878`: the stand-in platforms until Ctrl-C."""

from __future__ import annotations

import argparse
import threading

from tests.fakes.app import running


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=7878)
    with running(port=parser.parse_args().port) as world:
        print(f"stand-in platforms: PLATFORMS_BASE={world.base}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
