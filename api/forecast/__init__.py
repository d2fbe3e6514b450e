"""Where a project is heading, over HTTP: forecast, stop rules, data request.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
