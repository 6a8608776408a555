"""The Azure Functions app: registers the blueprints of `functions/`, and nothing else."""

import azure.functions as func

from functions import aggregate, expand, fetch, jobs, poison, score, site, submit, upkeep

app = func.FunctionApp()
for part in (submit, expand, fetch, score, aggregate, poison, upkeep, jobs, site):
    app.register_functions(part.blueprint)
