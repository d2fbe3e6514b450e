"""Who comes and who leaves: invitations, removal, deactivation, erasure.

What becomes of a person's seat, leases and keys when they do. Changes no answer and no amount.
"""
