"""Draws the pictures of the READMEs anew from the models, and fills the table of metrics."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from active_clients.command_line import command
from active_clients.metric_table import METRICS_PAGE, filled
from active_clients.metrics import Engine
from active_clients.project import ROOT, read_manifest, target_path

# Read by nearly every model: arrows from these would hide the others.
EVERYWHERE = {
    "as_of",
    "dim_dates",
    "int_client_identities",
    "int_date_periods",
    "int_exchange_rate_spans",
    "int_months",
    "int_user_identities",
    "numbers",
}
# It reads every mart, and one arrow says so.
READS_ALL = "fct_coverage"
# One for each raw table, and all alike: drawn once.
ALIKE = {
    "staging": (re.compile(r"stg_\w+"), "one view per raw table"),
    "classified": (
        re.compile(r"int_(?!clients|users)\w+_classified"),
        "int_..._classified: one per raw table",
    ),
}
PICTURE = re.compile(r"```mermaid\n.*?```", re.DOTALL)


@dataclass(frozen=True)
class Node:
    """A model or a seed of definitions."""

    name: str
    folder: tuple[str, ...]
    kind: str
    reads: tuple[str, ...]

    @property
    def page(self) -> str:
        """The folder of models whose README shows it; staging is the first step of base."""
        if self.folder[:2] == ("value", "fit"):
            return "value/fit"
        return "base" if self.folder[0] == "staging" else self.folder[0]


def read_nodes(manifest: Mapping[str, Any]) -> dict[str, Node]:
    """The models and seeds of definitions, by name."""
    found = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        or (node["resource_type"] == "seed" and node["fqn"][1] == "reference")
    }

    def kind(node: Mapping[str, Any]) -> str:
        if node["resource_type"] == "seed":
            return "seed"
        return "mart" if node["config"]["access"] == "public" else "working"

    return {
        node["name"]: Node(
            name=node["name"],
            folder=tuple(node["fqn"][1:-1]),
            kind=kind(node),
            reads=tuple(
                found[parent]["name"]
                for parent in node.get("depends_on", {}).get("nodes", [])
                if parent in found
            ),
        )
        for node in found.values()
    }


def draw_page(nodes: Mapping[str, Node], page: str) -> str:
    """The models of a page and what they read, in Mermaid's language."""

    def key(node: Node) -> str:
        if page == "base":
            for group, (pattern, _) in ALIKE.items():
                if pattern.fullmatch(node.name):
                    return group
        return node.name

    def shape(node: Node) -> str:
        if key(node) in ALIKE:
            return f'("{ALIKE[key(node)][1]}")'
        if node.kind == "seed":
            return f"[({node.name})]"
        if node.page != page:
            return f'(["{node.page}: {node.name}"])'
        return f"[[{node.name}]]" if node.kind == "mart" else f"({node.name})"

    hidden = EVERYWHERE if page != "base" else set()
    shown: dict[str, str] = {}
    arrows: set[tuple[str, str]] = set()
    for node in nodes.values():
        if node.kind == "seed" or node.page != page:
            continue
        shown[key(node)] = shape(node)
        if node.name == READS_ALL:
            shown["every_mart"] = '("every mart")'
            arrows.add(("every_mart", node.name))
            continue
        for parent in (nodes[name] for name in node.reads if name not in hidden):
            shown[key(parent)] = shape(parent)
            if key(parent) != key(node):
                arrows.add((key(parent), key(node)))
    lines = [f"    {name}{drawn}" for name, drawn in sorted(shown.items())]
    lines += [f"    {parent} --> {child}" for parent, child in sorted(arrows)]
    return "\n".join(["flowchart LR", *lines])


def without_detours(reads: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """What each reads, but for what it also reads by way of another."""

    def behind(topic: str) -> set[str]:
        return reads[topic].union(*(behind(parent) for parent in reads[topic]))

    return {
        topic: {p for p in parents if not any(p in behind(other) for other in parents - {p})}
        for topic, parents in reads.items()
    }


def draw_whole(nodes: Mapping[str, Node], raw_table_count: int) -> str:
    """The topics and what they read, but for detours, in Mermaid's language."""
    reads: dict[str, set[str]] = defaultdict(set)
    marts: dict[str, int] = defaultdict(int)
    for node in nodes.values():
        if node.kind != "seed":
            topic = node.folder[0]
            marts[topic] += node.kind == "mart"
            reads[topic] |= {nodes[name].folder[0] for name in node.reads} - {topic, "reference"}
    lines = [f"    raw[({raw_table_count} raw tables)] --> staging"]
    lines += [
        f'    {topic}["{topic}<br/>{marts[topic]} marts"]'
        for topic in sorted(marts)
        if marts[topic]
    ]
    lines += [
        f"    {parent} --> {topic}"
        for topic, parents in sorted(without_detours(reads).items())
        for parent in sorted(parents)
    ]
    return "\n".join(["flowchart LR", *lines])


def pictures(manifest: Mapping[str, Any]) -> dict[Path, str]:
    """The picture that belongs into each README."""
    nodes = read_nodes(manifest)
    pages = sorted({node.page for node in nodes.values() if node.kind != "seed"})
    return {
        ROOT / "README.md": draw_whole(nodes, len(manifest["sources"])),
        **{ROOT / "models" / page / "README.md": draw_page(nodes, page) for page in pages},
    }


def with_picture(text: str, picture: str) -> str:
    """A README with another picture."""
    return PICTURE.sub(lambda _: f"```mermaid\n{picture}\n```", text, count=1)


@command("draw", __doc__)
def main() -> None:
    """Write the pictures that are older than the models."""
    for path, picture in pictures(read_manifest()).items():
        text = path.read_text()
        drawn = with_picture(text, picture)
        if drawn != text:
            path.write_text(drawn)
            click.echo(f"{path.relative_to(ROOT)} drawn anew")
    engine = Engine((target_path() / "semantic_manifest.json").read_text())
    text = METRICS_PAGE.read_text()
    if filled(text, engine) != text:
        METRICS_PAGE.write_text(filled(text, engine))
        click.echo(f"{METRICS_PAGE.relative_to(ROOT)} filled anew")


if __name__ == "__main__":
    main()
