"""Who may come in: users, sessions, one-time links, tokens, and their roles in projects.

Secrets are kept as SHA-256 digests only; people are deactivated, never deleted.
Knows nothing of tasks or answers.
"""
