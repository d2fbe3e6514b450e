"""Projects on their way out: deleted, restorable for a while, then purged.

The one door through which append-only rows may go; everything else in labeling only adds to them.
"""
