"""Long work that moves many rows: imports, exports, near-duplicate searches, with progress.

A job is a row with a position; each turn moves the position in the transaction of its rows, so a
kill at any instant loses nothing and repeats nothing. Knows no item and no answer.
"""
