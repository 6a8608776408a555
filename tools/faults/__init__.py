"""Runs the app while its storage and its instances fail, and compares what comes out."""
