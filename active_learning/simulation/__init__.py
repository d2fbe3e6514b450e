"""Campaigns replayed on data whose truth is known: strategies, noise and prices, never real people.

The same pure functions as the hub's rounds choose, infer and compare. All of it is simulated, and
says so. No database, no hub.
"""

from __future__ import annotations

from active_learning.simulation.campaign import Campaign, Point, run_campaign
from active_learning.simulation.crowd import Crowd, even_crowd
from active_learning.simulation.sample import Costs
from active_learning.simulation.settings import SETTINGS, Setting
from active_learning.simulation.world import World

__all__ = [
    "SETTINGS",
    "Campaign",
    "Costs",
    "Crowd",
    "Point",
    "Setting",
    "World",
    "even_crowd",
    "run_campaign",
]
