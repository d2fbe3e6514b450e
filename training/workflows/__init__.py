"""The release chain from snapshot to deployment, and what sets it off.

Every step can be killed and run again: its effect carries a key that is unique in the hub's own
database. What may not live here: the engine that runs workflows (api/jobs.py), SQL.
"""
