"""Groups (one document) that go to one person, in the order of their items.

A reader has a place in the group; slots ahead of it are left to them until they are idle too long.
Used only where the policy says `keep_groups_together`.
"""
