"""The sections of a project's policy document, one file each.

A section validates itself alone; what must fit together across sections stands in `policy.py`.
Holds no SQL and knows no project.
"""
