"""The Azure Functions app: registers the blueprints of `functions/`, and nothing else."""

import azure.functions as func

from functions import (
    content,
    endpoints,
    feed,
    jobs,
    own_posts,
    queue_triggers,
    site,
    submit,
    timers,
)

app = func.FunctionApp()
for part in (submit, queue_triggers, timers, jobs, own_posts, feed, content, site):
    app.register_functions(part.blueprint)
app.register_functions(endpoints.other_methods())
