"""Certified auto-labels, over HTTP: preview, audit, certify, look, accept, revoke.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
