"""The search of the queue: open tasks that an annotator may take, the most urgent first.

Its SQL alone; in which order it is asked is said in `tasks.choosing`.
"""
