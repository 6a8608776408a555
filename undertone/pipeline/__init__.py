"""The steps of the flow (submit, expand, fetch, score, aggregate) and what keeps them right."""
