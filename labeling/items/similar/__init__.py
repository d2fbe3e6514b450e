"""Near-copies in the pool: found by a job of its own, kept as pairs, undone by one row.

MinHash for texts, a difference hash for pictures, both cut into bands; arrays in, arrays out, in a
process of its own. What is near a held-out item stays out of training.
"""
