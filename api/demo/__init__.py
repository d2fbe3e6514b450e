"""`labelloop demo`: the whole circle on real handwritten digits, with simulated people.

Everybody here is a client: the hub is a process of its own, reached over HTTP alone. The bundled
truth stays on this side; it trains the eyes and judges the end. No module of the hub imports this.
"""

from api.demo.options import DemoOptions
from api.demo.run import run

__all__ = ["DemoOptions", "run"]
