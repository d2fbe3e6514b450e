"""What the answers are worth: agreement, inferred truth, and annotators' skill.

`agreement/`, `truth/` and `skill.py` take arrays and give arrays; they know no database, no clock.
Only `store.py` and `service.py` here read and write what those functions find.
"""
