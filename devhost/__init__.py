"""A small Functions host for development and tests, around Microsoft's own Python worker library.

`python -m devhost up` from a shell, `DevHost(app_folder, …)` from Python. It serves HTTP, queue and
timer triggers as the cloud's host does, and does not start an app that has other bindings. It knows
nothing of the app but its folder.
"""
