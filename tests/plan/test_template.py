"""corpus/plans.yaml agrees with the corpus, and a wrong one is named by file and key."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from coach.errors import DatasetError
from coach.guides.corpus import Corpus
from coach.plan.template import Template, load_template
from coach.resources import corpus_dir


def test_everything_that_the_plans_name_is_in_the_corpus(template: Template, corpus: Corpus) -> None:
    tasks = [*template.tasks.values(), *template.company_tasks.values()]
    phases = [phase for form in template.forms for phase in form.phases]
    passages = {item.passage for item in tasks} | {phase.passage for phase in phases}
    passages |= set(template.lanes.reading)
    assert passages - {""} <= set(corpus.passages)
    assert {task.subject for task in tasks if task.kind == "practice" and task.subject} <= {
        "any",
        *corpus.questions,
    }
    rounds = {question.round for question in corpus.questions.values()}
    assert {task.round for task in tasks if task.round} <= rounds


def test_the_forms_serve_every_length_once(template: Template) -> None:
    served = [day for form in template.forms for day in range(form.days[0], form.days[1] + 1)]
    assert served == list(range(1, template.longest + 1))


def test_every_task_is_part_of_some_plan(template: Template) -> None:
    used = {name for form in template.forms for phase in form.phases for name in phase.tasks}
    used |= {name for form in template.forms for name in form.close}
    used |= {*template.lanes.drill, *template.lanes.writing}
    assert set(template.tasks) - used == set()
    assert set(template.company_tasks) == {name for item in template.companies for name in item.tasks}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: data["forms"][0]["phases"][0]["tasks"].append("nothing"), "no task 'nothing'"),
        (lambda data: data["forms"][0]["phases"][0]["fill"].update(sleep=1), "no lane 'sleep'"),
        (lambda data: data["companies"][0]["tasks"].append("nothing"), "no company task 'nothing'"),
        (lambda data: data["tasks"]["loop"].update(weight=9), "tasks.loop.weight"),
        (lambda data: data["tasks"]["loop"].update(colour="red"), "tasks.loop.colour"),
        (lambda data: data["tasks"]["loop"].pop("title"), "tasks.loop"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, change: object, says: str) -> None:
    data = yaml.safe_load((corpus_dir() / "plans.yaml").read_text())
    assert callable(change)
    change(data)
    (tmp_path / "plans.yaml").write_text(yaml.safe_dump(data))
    with pytest.raises(DatasetError, match="plans.yaml") as caught:
        load_template(tmp_path)
    assert says in str(caught.value)
