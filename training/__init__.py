"""From consensus to a model in production: snapshots, features, trainers, gates, deployments.

What is pure works over arrays and files; only stores and services know the database. What may not
live here: choosing what to label (active_learning), HTTP, anything a browser sees.
"""
