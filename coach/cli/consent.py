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
    say(f"A model at {host} ({where}) can ask the follow-ups and grade. It would be sent:")
    say("  the question, its criteria, guide passages, and every answer that you send in practice.")
    say("It is not sent: drafts, your profile, other sessions. Without it everything works offline.")
    agreed = ask(f"Send that to {host}? [y/N] ").strip().casefold() in ("y", "yes")
    if agreed:
        profiles.give_consent(server)
    return agreed
