"""A project's end, over HTTP: deleted, restored, listed.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
