"""Rules about the sources themselves, each shown to fail on a small bad sample."""
