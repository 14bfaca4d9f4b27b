"""Every error that the program raises on purpose.

    CoachError
    ├── UsageError          the command line or an argument makes no sense        (exit 2)
    ├── SetupError          no key, unreachable server, missing file or folder    (exit 3)
    ├── StoreError          the user's database cannot be opened or written       (exit 3)
    ├── GuideError          one guide document cannot be read or indexed          (exit 3)
    ├── DatasetError        a corpus, rubric, gold or rows file is wrong          (exit 3)
    │   └── RowError        one row of it; a value in batch and evals, see `kind`
    ├── RecordingError      recordings are missing, stale or contradictory        (exit 4)
    └── ModelError          one model call did not give a usable reply            (exit 3)
        ├── RateLimited     429 that outlasted the retries
        ├── Unavailable     connection, 5xx or overload that outlasted the retries
        ├── Timeout         no reply within the time allowed
        ├── Rejected        400, 413, 422: this request cannot pass, another may
        │   └── Denied      401, 403, 404: no request can pass until the set-up is mended
        ├── Refused         the model or a content filter declined
        └── BadReply        cut off, unparseable, or not of the schema asked for

Messages say what happened, to which file or row, and what to do next. Only `coach.cli` catches them.
"""

from __future__ import annotations


class CoachError(Exception):
    """Base of all errors that a user may see; `exit_code` is what the program ends with."""

    exit_code = 1


class UsageError(CoachError):
    exit_code = 2


class SetupError(CoachError):
    exit_code = 3


class StoreError(CoachError):
    exit_code = 3


class GuideError(CoachError):
    exit_code = 3


class DatasetError(CoachError):
    exit_code = 3


class RowError(DatasetError):
    """One row cannot be graded; `kind` is the row contract's error.kind (bad_row, too_long, ...)."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class RecordingError(CoachError):
    exit_code = 4


class ModelError(CoachError):
    """A model call failed; `kind` is the row contract's error.kind.

    `retry_after` is in seconds, where the server gave one.
    """

    exit_code = 3
    kind = "unavailable"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RateLimited(ModelError):
    kind = "unavailable"


class Unavailable(ModelError):
    kind = "unavailable"


class Timeout(ModelError):
    kind = "timeout"


class Rejected(ModelError):
    kind = "unavailable"


class Denied(Rejected):
    kind = "unavailable"


class Refused(ModelError):
    kind = "refused"


class BadReply(ModelError):
    kind = "bad_reply"
