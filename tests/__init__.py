"""Tests; they mirror the tree. What several of them need lives in tests/support."""
