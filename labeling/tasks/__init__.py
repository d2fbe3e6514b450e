"""The queue: tasks opened ahead of the annotators, and their leases.

Planners push with `open_tasks`; a lease is one guarded update, so no task is held by more people
than it has slots and nobody is asked the same thing twice. Knows no answer's content.
"""
