"""The hash chain over the record: made each second, verified at any time, anchored outside.

Reads events and the append-only rows they vouch for; changes none of them.
"""
