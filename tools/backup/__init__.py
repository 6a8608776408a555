"""Copies the blobs of an account into a folder and back."""
