"""Answers: submit, skip, flag, undo; append-only revisions, on disk before the reply.

A submit stores, counts, pays, updates the consensus and closes or widens its task in one write.
Stands on tasks and quality; knows no review and no vendor file.
"""
