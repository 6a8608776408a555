"""Names of the containers. Bicep creates them in the cloud; the emulator gets them on first use."""

JOBS = "jobs"
COMMENTS = "comments"
RESULTS = "results"
MODELS = "models"

ALL = (JOBS, COMMENTS, RESULTS, MODELS)
