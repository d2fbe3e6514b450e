"""Releases over HTTP: start one, follow its job, models, gates, deployments, rounds, predictions.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
