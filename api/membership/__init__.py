"""Members and invitations of a project, over HTTP.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
