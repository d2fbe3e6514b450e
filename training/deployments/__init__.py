"""The append-only ledger of what is live: deploy, roll back, predict.

Nothing goes live without a gate report; a rollback is one step and needs no training.
Trains nothing.
"""
