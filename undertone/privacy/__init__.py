"""The people who write comments: what of them is kept, and how they are called in it."""
