"""Pauses for accuracy on gold: the evidence, what the paused see of it, appeals and decisions.

A pause never takes what somebody holds. Scores are counted elsewhere.
"""
