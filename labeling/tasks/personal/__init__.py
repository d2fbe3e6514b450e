"""Slots that are kept for one person: items assigned until a day, and a person's own re-asks.

Such a slot is in no queue; when its time is over it returns, or the re-ask is withdrawn.
Stands on the queue's store; knows no answer.
"""
