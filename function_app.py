"""The Azure Functions app: registers the blueprints of `functions/`, and nothing else."""

import azure.functions as func

from functions import (
    collections,
    endpoints,
    feedback,
    insights,
    jobs,
    queue_triggers,
    search,
    site,
    submit,
    timers,
)

app = func.FunctionApp()
for part in (submit, queue_triggers, timers, jobs, insights, collections, search, feedback, site):
    app.register_functions(part.blueprint)
app.register_functions(endpoints.other_methods())
