"""Reviews, over HTTP.

`endpoints.py` translates, `schemas.py` says what goes in and out, `sheet.py` what a reviewer sees.
Holds no rule of its own.
"""
