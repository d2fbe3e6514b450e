"""Active learning over HTTP: the advice, why an item was asked, a round replayed.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
