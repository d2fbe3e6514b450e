"""Sign-in, users, links, tokens and roles, over HTTP.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
