"""What people are asked and what they answered.

Holds the pool, the queue, the answers and what they are worth, over one write door.
Knows no trained model and no HTTP server: training, active_learning and api stand above it.
"""
