"""Work orders of vendors and their returns, over HTTP.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
