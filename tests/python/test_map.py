"""The pictures in the READMEs are those of the models, and the walks lead somewhere."""

from __future__ import annotations

import re

from active_clients.metric_table import METRICS_PAGE, filled
from active_clients.metrics import Engine
from active_clients.pictures import PICTURE, pictures
from active_clients.project import ROOT
from test_project import models, parsed_manifest, relative, semantic_manifest

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


def test_pictures_are_those_of_the_models() -> None:
    drawn = pictures(parsed_manifest())
    old = [
        relative(path)
        for path, picture in drawn.items()
        if PICTURE.findall(path.read_text()) != [f"```mermaid\n{picture}\n```"]
    ]
    assert old == [], "scripts/draw draws them anew"


def test_the_table_of_metrics_says_what_they_say_of_themselves() -> None:
    engine = Engine(semantic_manifest())
    text = METRICS_PAGE.read_text()
    assert text == filled(text, engine), "scripts/draw fills it in"
    assert re.search(r"^\| `logo_churn_rate` \|.*\| month \| `opening` \|$", text, re.MULTILINE)


def test_every_topic_has_a_page() -> None:
    topics = {node["fqn"][1] for node in models().values()} - {"staging"}
    assert [t for t in sorted(topics) if not (ROOT / f"models/{t}/README.md").exists()] == []


def test_walks_lead_through_files_that_exist() -> None:
    walks = re.search(r"^## Six walks\n.*?(?=^## )", CONTRIBUTING, re.DOTALL | re.MULTILINE)
    assert walks
    named = set(re.findall(r"`([\w./]+\.(?:sql|csv|yml|md|py))`", walks.group(0)))
    assert len(named) > 20
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
