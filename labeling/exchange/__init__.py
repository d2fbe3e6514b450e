"""Files out and files back: the finished export, work orders and their returns.

Every import from outside is idempotent and reports what it took and what it refused, line by line.
Stands on everything else in labeling; nothing in labeling stands on it.
"""
