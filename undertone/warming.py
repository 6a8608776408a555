"""Brings early what a step needs, while the host still gets ready to deliver its first message.

In the cloud every queue function has instances of its own, and the host says which one this is for.
So a thread can import the storage SDK and load the model between the indexing of the functions and
the first message; a message that comes sooner waits for no more than what is left of it. Nothing
is connected and no setting is required to be right: what fails here fails again where it is used.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

GROUP = "FUNCTIONS_TARGET_GROUP"
"""The environment variable in which the host names what an instance is for: `function:score`."""


def warm(
    environment: Mapping[str, str], by_function: Mapping[str, Callable[[], object]]
) -> threading.Thread | None:
    """Run what the instance's function needs in a thread; None where the host names none of these.

    All HTTP functions share instances, which the host calls `http`.
    """
    kind, _, name = environment.get(GROUP, "").strip().lower().partition(":")
    function = name or kind
    needed = by_function.get(function)
    if needed is None:
        return None
    thread = threading.Thread(target=_run, args=(function, needed), daemon=True, name="warming")
    thread.start()
    return thread


def _run(function: str, needed: Callable[[], object]) -> None:
    try:
        needed()
    except Exception as error:  # noqa: BLE001 - told where it is used, to whom it concerns
        log.debug("warming for %s: %s", function, type(error).__name__)
