"""Everything that one answer or one lease depends on, read in one look.

Holds no rule: what is done with it stands in `tasks.leasing` and `annotations.service`.
"""
