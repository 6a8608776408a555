"""Mutation testing over Cosmic Ray's operators; run by `./dev mutants` in `.venv-mutants`."""
