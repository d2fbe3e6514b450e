"""What the answers are worth, over HTTP: agreement, annotators, guideline, items, the report.

`endpoints.py` translates; `measuring.py` has the figures computed and keeps them for a while.
`confidence.py` says how surely it is believed and what changed. Holds no rule of its own.
"""
