"""The pool: items, their keys, hashes, groups, splits and pictures.

Import is idempotent by key; splits are drawn from a salted hash of the group and never move.
Knows no task and no answer.
"""
