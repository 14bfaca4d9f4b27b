"""What of the Ray engine needs no Ray; the rest is tested on a cluster, in tests_ray."""

from __future__ import annotations

import json

from coach.batch.ray_output import number_rows


def test_rows_are_numbered_and_repeated_ids_fail() -> None:
    made = {"row": 0, "status": "graded", "overall": 3, "range": [3, 3], "criteria": [{}], "error": None}
    ids = ["a", "b", "a", "row-0123456789ab", "row-0123456789ab"]
    found = list(number_rows(json.dumps({"id": id, **made}) for id in ids))
    assert [row["id"] for row in found] == ["a", "b", "a#3", "row-0123456789ab", "row-0123456789ab#5"]
    assert [row["row"] for row in found] == [1, 2, 3, 4, 5]
    assert [row["status"] for row in found] == ["graded", "graded", "failed", "graded", "graded"]
    assert (found[2]["overall"], found[2]["criteria"], found[2]["error"]["kind"]) == (None, [], "bad_row")
