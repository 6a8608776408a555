"""The commands of `./dev`."""
