"""Sign-in by password: hashing, throttling, a forgotten password.

Knows accounts and keys; no project. Hashing is slow by design and never runs inside a write.
"""
