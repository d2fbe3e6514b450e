"""Known items over HTTP: the manager's stock, scores and appeals, the annotator's standing.

`endpoints.py` translates, `schemas.py` says what goes in and out.
Holds no rule of its own.
"""
