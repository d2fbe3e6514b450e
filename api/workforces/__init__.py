"""Workforces and annotators, over HTTP: their terms, pausing and blocking, discounts.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
