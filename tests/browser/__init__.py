"""The page in a real Chromium, against a hub that `labelloop start` started."""
