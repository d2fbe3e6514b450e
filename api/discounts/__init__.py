"""Discounts of a person's answers, over HTTP: what one would do, begin it, undo it, stop it.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
