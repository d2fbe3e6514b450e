"""Near-copies: search, see, undo.

Only translates; the verbs are in `labeling.items.similar`.
"""
