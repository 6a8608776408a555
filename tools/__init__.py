"""The `./dev` command: everything that a developer of Undertone runs."""
