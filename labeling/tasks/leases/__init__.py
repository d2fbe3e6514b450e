"""Assignments: one task leased to one annotator until a time, and what became of it.

The SQL of their rows. When a lease is given and how it ends is said in `tasks.leasing` and
`tasks.holding`.
"""
