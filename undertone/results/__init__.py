"""What the numbers mean: statistics of a post, and the tables people open."""
