"""What reads a comment at run time: analyzers and the bundled models. Knows nothing of the app."""
