"""What the host prints: one line an invocation, and the app's own log between them."""

from __future__ import annotations

import logging
import sys
from datetime import datetime

from devhost.settings import HostFile
from devhost.worker import Outcome

TRACEBACK_LINES = 12
ABOUT_CHARACTERS = 100
_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 10,
}


class Console:
    """The output of one instance; each line bears its number."""

    def __init__(self, instance: int) -> None:
        self._instance = instance

    def say(self, text: str) -> None:
        """Print one or more lines in a single write, so that instances do not mix theirs."""
        moment = datetime.now().astimezone().strftime("%H:%M:%S.%f")[:-3]
        sys.stdout.write(f"{moment} #{self._instance} {text}\n")
        sys.stdout.flush()

    def invocation(self, function: str, outcome: Outcome, seconds: float, about: str) -> None:
        """Say what became of an invocation; `about` is a route or a message, cut to fit."""
        result = "ok" if outcome.succeeded else "FAILED"
        short = " ".join(about.split())
        if len(short) > ABOUT_CHARACTERS:
            short = short[: ABOUT_CHARACTERS - 1] + "…"
        self.say(f"{function:<14} {result:<6} {seconds * 1000:7.0f} ms  {short}")
        if not outcome.succeeded:
            lines = frames_of_the_app(outcome.traceback)[-TRACEBACK_LINES:]
            self.say(outcome.error + "".join(f"\n    {line}" for line in lines))

    def take_logging(self, host_file: HostFile) -> None:
        """Show the app's log at host.json's default level; that of the SDKs only from warnings."""
        level = host_file.logging.log_level.get("default", "information").lower()
        handler = logging.StreamHandler(sys.stdout)
        form = f"%(asctime)s.%(msecs)03d #{self._instance} %(levelname)s %(name)s: %(message)s"
        handler.setFormatter(logging.Formatter(form, "%H:%M:%S"))
        logging.basicConfig(level=_LEVELS.get(level, logging.INFO), handlers=[handler], force=True)
        for chatty in ("azure", "uvicorn", "urllib3", "asyncio"):
            logging.getLogger(chatty).setLevel(logging.WARNING)


def frames_of_the_app(traceback: str) -> list[str]:
    """The lines of `traceback` below the worker library's frames; all if there are none below."""
    lines = traceback.strip().splitlines()
    frames = [place for place, line in enumerate(lines) if line.startswith('  File "')]
    library = [place for place in frames if "azure_functions_runtime" in lines[place]]
    below = [place for place in frames if library and place > library[-1]]
    return lines[below[0] :] if below else lines
