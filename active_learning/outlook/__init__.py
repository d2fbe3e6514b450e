"""Where a project is heading: its forecast, its stop rules, what its pool lacks.

`service.py` puts the points of the curve before `forecast.py` and `stopping.py`; `requesting.py`
says which items are missing. Decides nothing: the owner does.
"""
