"""Answers that are no single class: read from results, combined, compared, and written back.

`values.py`, `kinds.py` and `compute.py` take values and give values; only `store.py` knows the
database. What the combined answer does to its item is decided in `annotations`.
"""
