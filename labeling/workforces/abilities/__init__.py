"""Abilities: skills and languages as bits, so that the queue compares two numbers.

May know a project and its annotators; knows no task.
"""
