"""What is asked: a Label Studio config, parsed once into typed questions with stable class ids.

Checks an answer against the version it was asked under and names the place where it does not fit.
Knows no item, no annotator and no task.
"""
