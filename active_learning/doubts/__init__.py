"""Accepted answers that the project's model and the neighbours are surely against.

`finding.py` computes, arrays in and out; `service.py` gathers and has reviews opened; `store.py`
holds the SQL. Nothing here changes an answer: a person looks.
"""
