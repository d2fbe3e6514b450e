"""`/metrics`: what a monitor asks, in Prometheus' text format. Holds no figure of its own."""
