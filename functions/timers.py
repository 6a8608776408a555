"""What runs by the clock."""

from __future__ import annotations

import azure.functions as func

from undertone import wiring
from undertone.pipeline.reconcile import reconcile as reconcile_all
from undertone.pipeline.retention import delete_expired

blueprint = func.Blueprint()


@blueprint.function_name("reconcile")
@blueprint.timer_trigger("timer", "0 */5 * * * *", use_monitor=True)
def reconcile(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the binding wants the parameter
    """Every five minutes: jobs that have stalled or run out of time, deletions to complete."""
    from undertone.identity.rates import sweep_counters  # noqa: PLC0415 - not at a cold start

    try:
        reconcile_all(wiring.work_services())
    finally:
        sweep_counters(wiring.limit_counters(), wiring.now())


@blueprint.function_name("retention")
@blueprint.timer_trigger("timer", "0 17 * * * *", use_monitor=True)
def retention(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the binding wants the parameter
    """Every hour: what is older than the setting RETENTION_DAYS is deleted."""
    delete_expired(wiring.work_services(), wiring.settings().privacy.retention_days)
