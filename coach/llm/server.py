"""Which server is asked where none is named, and what it is told where there is no key. Loads nothing."""

from __future__ import annotations

OPENAI_URL = "https://api.openai.com/v1"
NO_KEY = "none"  # what is sent where the user has no key: local servers ask for none
