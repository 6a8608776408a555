"""What the work is: posts, comments, scores and the pipeline over them. Knows no trigger."""
