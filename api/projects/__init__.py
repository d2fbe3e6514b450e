"""Projects, policies and budgets, over HTTP.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
