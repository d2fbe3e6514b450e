"""What the project page shows, live, over HTTP.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
