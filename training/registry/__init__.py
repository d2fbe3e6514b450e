"""Training runs and model versions with their content-addressed artefacts.

Every effect carries its workflow key, so a step that runs again finds its first result.
Decides nothing about what goes live.
"""
