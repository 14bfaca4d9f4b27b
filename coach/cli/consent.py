"""Says what a model server will be sent and asks once; the answer is kept in the user's database."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from coach.store.profile import Profiles

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def agree(profiles: Profiles, server: str, *, say: Callable[[str], None], ask: Callable[[str], str]) -> bool:
    """True where the user agreed to `server` (a URL), now or at an earlier time.

    A "no" is not kept: the question comes again next time.
    """
    if profiles.has_consent(server):
        return True
    host = urlsplit(server).hostname or server
    where = "a server on this machine" if host in _LOOPBACK else "which is not on this machine"
    say(f"A model at {host} ({where}) can grade, ask follow-ups and answer from the guides.")
    say(
        "It would be sent questions with their criteria and guide passages, every answer that you give in"
        " practice, loops and drills, the stories, audited features, CV or job text that you have it work"
        " on, and what you ask the guides. It is not sent drafts, your profile or other sessions."
    )
    say("Without a model everything works too, on this machine alone.")
    agreed = ask(f"Send that to {host}? [y/N] ").strip().casefold() in ("y", "yes")
    if agreed:
        profiles.give_consent(server)
    return agreed
