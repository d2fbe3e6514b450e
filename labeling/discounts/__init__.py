"""Answers of one person that no longer count: previewed, dropped in small turns, restored.

Votes, consensus and tasks follow; annotations and the ledger never change.
Holds no rule of settling an item: that is `annotations.settle`'s.
"""
