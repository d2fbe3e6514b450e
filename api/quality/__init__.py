"""What the answers are worth, over HTTP: agreement, annotators, guideline, items, the report.

`endpoints.py` translates; `measuring.py` has the figures computed and keeps them for a while.
Holds no rule of its own.
"""
