"""The commands of `./dev`, a module each: HELP, `add_arguments(parser)` and `run(args)`."""
