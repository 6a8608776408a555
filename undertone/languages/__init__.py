"""Which language a comment is in, and which analyzer reads it."""
