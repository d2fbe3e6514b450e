"""The benchmarks themselves: what they say where they cannot measure."""
