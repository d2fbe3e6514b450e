"""The wall between people: a project, its policy, its budget and its ledger.

Holds what is allowed and what is owed. Money is reserved before work is offered (rule 14).
Knows no item and no task.
"""
