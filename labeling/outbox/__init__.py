"""What must happen after a commit, written in the same transaction as its cause.

One table, one position per consumer; readers never skip a slow transaction.
Holds no consumer: those stand in the packages above and read through `store.py`.
"""
