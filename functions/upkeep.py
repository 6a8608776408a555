"""Every five minutes: jobs that have stalled or run out of time, deletions to complete."""

from __future__ import annotations

import azure.functions as func

from undertone import wiring
from undertone.pipeline.upkeep import upkeep as look_after_all

blueprint = func.Blueprint()


@blueprint.function_name("upkeep")
@blueprint.timer_trigger("timer", "0 */5 * * * *", use_monitor=True)
def upkeep(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the binding wants the parameter
    """One round of upkeep."""
    look_after_all(wiring.services())
