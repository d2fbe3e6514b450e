"""The loop's record: what was scored, chosen and why, with which model and seed.

One round is one row with its selections; a round can be replayed to the same choice.
Chooses nothing itself: `planner.py` does, with `strategies/`.
"""
