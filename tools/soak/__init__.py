"""Keeps the app busy for a while, and looks whether anything of it grows with time."""
