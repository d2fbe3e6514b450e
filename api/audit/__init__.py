"""The record over HTTP: who did what, newest first; for those who manage, never for annotators."""
