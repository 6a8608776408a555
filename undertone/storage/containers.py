"""Names of the blob containers: Bicep creates them in the cloud, `Account.connect` elsewhere."""

JOBS = "jobs"
COMMENTS = "comments"
RESULTS = "results"
MODELS = "models"
POSTS = "posts"
LIMITS = "limits"

ALL = (JOBS, COMMENTS, RESULTS, MODELS, POSTS, LIMITS)
