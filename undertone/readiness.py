"""Whether the app can work: each thing that it needs is asked at the same time, for a few seconds.

What does not answer in time is left to answer later, and not asked again before it has; what was
found is remembered for a moment, so that many who ask cost no more than one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from time import monotonic

from model.analyzer import AnalyzerError
from undertone.errors import UndertoneError
from undertone.settings import SettingsError
from undertone.text import excerpt

OK = "ok"
PATIENCE = 3.0
"""Seconds that all checks together are waited for."""
REMEMBERED = 5.0
"""Seconds for which an answer is given again."""
_OURS = (UndertoneError, SettingsError, AnalyzerError)
"""Their messages name the cure and hold no secret; of any other error only the type is told."""


class Readiness:
    """The checks by name, each a call that raises if something is wrong."""

    def __init__(
        self,
        checks: Mapping[str, Callable[[], object]],
        *,
        patience: float = PATIENCE,
        remembered: float = REMEMBERED,
    ) -> None:
        self._checks = checks
        self._patience = patience
        self._remembered = remembered
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._found: dict[str, str] = {}
        self._until = 0.0

    def look(self) -> dict[str, str]:
        """`ok` or what is wrong, by name of the check."""
        with self._lock:
            if monotonic() >= self._until:
                self._found = self._ask()
                self._until = monotonic() + self._remembered
            return dict(self._found)

    def _ask(self) -> dict[str, str]:
        for name, check in self._checks.items():
            if name not in self._running:
                self._running[name] = _Running(check)
        end = monotonic() + self._patience
        return {name: self._result(name, end) for name in self._checks}

    def _result(self, name: str, end: float) -> str:
        running = self._running[name]
        if not running.done.wait(max(0.0, end - monotonic())):
            return f"no answer within {self._patience:g} s"
        del self._running[name]
        return running.result


class _Running:
    """A check in a thread of its own, which does not keep the process from ending."""

    def __init__(self, check: Callable[[], object]) -> None:
        self.done = threading.Event()
        self.result = ""
        threading.Thread(target=self._run, args=(check,), daemon=True, name="readiness").start()

    def _run(self, check: Callable[[], object]) -> None:
        try:
            check()
            self.result = OK
        except _OURS as error:
            self.result = excerpt(str(error), 300)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told as what is wrong
            self.result = type(error).__name__
        finally:
            self.done.set()
