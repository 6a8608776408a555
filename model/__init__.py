"""What reads a comment. Stands alone: imports nothing of Undertone's."""
