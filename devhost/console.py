"""What an instance prints: a line for each invocation, and the app's own log between them."""

from __future__ import annotations

import logging
import sys
from datetime import datetime

from devhost.settings import HostFile
from devhost.worker import Outcome

TRACEBACK_LINES = 12
DETAIL_CHARACTERS = 100
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
    """The output of one instance; each line starts with the time and the instance's number."""

    def __init__(self, instance: int) -> None:
        self._instance = instance

    def print(self, text: str) -> None:
        """Print `text` in a single write, so that lines of several instances do not mix."""
        moment = datetime.now().astimezone().strftime("%H:%M:%S.%f")[:-3]
        sys.stdout.write(f"{moment} #{self._instance} {text}\n")
        sys.stdout.flush()

    def print_invocation(
        self, function: str, outcome: Outcome, seconds: float, detail: str
    ) -> None:
        """Print how an invocation ended; `detail` is a route or a message and may be cut."""
        result = "ok" if outcome.succeeded else "FAILED"
        short = " ".join(detail.split())
        if len(short) > DETAIL_CHARACTERS:
            short = short[: DETAIL_CHARACTERS - 1] + "…"
        self.print(f"{function:<14} {result:<6} {seconds * 1000:7.0f} ms  {short}")
        if not outcome.succeeded:
            lines = app_frames(outcome.traceback)[-TRACEBACK_LINES:]
            self.print(outcome.error + "".join(f"\n    {line}" for line in lines))

    def configure_logging(self, host_file: HostFile) -> None:
        """Print the app's log from host.json's default level, that of the SDKs from WARNING."""
        level = host_file.logging.log_level.get("default", "information").lower()
        handler = logging.StreamHandler(sys.stdout)
        record_format = (
            f"%(asctime)s.%(msecs)03d #{self._instance} %(levelname)s %(name)s: %(message)s"
        )
        handler.setFormatter(logging.Formatter(record_format, "%H:%M:%S"))
        logging.basicConfig(level=_LEVELS.get(level, logging.INFO), handlers=[handler], force=True)
        for chatty in ("azure", "uvicorn", "urllib3", "asyncio"):
            logging.getLogger(chatty).setLevel(logging.WARNING)


def app_frames(traceback: str) -> list[str]:
    """The lines of `traceback` below the worker library's frames; all if there are none below."""
    lines = traceback.strip().splitlines()
    frames = [place for place, line in enumerate(lines) if line.startswith('  File "')]
    library = [place for place in frames if "azure_functions_runtime" in lines[place]]
    below = [place for place in frames if library and place > library[-1]]
    return lines[below[0] :] if below else lines
