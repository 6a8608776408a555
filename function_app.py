"""The Azure Functions app: registers the blueprints of `functions/`, and nothing else."""

import azure.functions as func

from functions import (
    collections,
    content,
    endpoints,
    feed,
    feedback,
    insights,
    jobs,
    labels,
    me,
    own_posts,
    queue_triggers,
    search,
    site,
    submit,
    timers,
)
from undertone import wiring

app = func.FunctionApp()
for part in (
    submit,
    queue_triggers,
    timers,
    jobs,
    labels,
    insights,
    collections,
    search,
    feedback,
    me,
    own_posts,
    feed,
    content,
    site,
):
    app.register_functions(part.blueprint)
app.register_functions(endpoints.other_methods())
wiring.warm_up()
