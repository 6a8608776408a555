"""A small Functions host for development and tests, around Microsoft's own Python worker library.

`python -m devhost up` from a shell, `DevHost(app_folder, …)` from Python. It does what the cloud's
host does with HTTP, queue and timer triggers, and refuses an app that needs more.
"""
