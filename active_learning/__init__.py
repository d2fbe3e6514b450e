"""Which item is asked about next, and when to stop asking.

Here live the selection strategies, the selector that scores a pool, planners and rounds. What may
not: HTTP, label schemas' parsing, anything that trains a model for production.
"""
