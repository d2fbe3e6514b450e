"""The append-only record of who changed what, from what, to what.

Every write of a person or a job adds one event in its own transaction.
Holds no rules: it is written to by every other package and reads none of them.
"""
