"""Rules of dbt-bouncer on the shape of the graph, after dbt-project-evaluator."""

from typing import Any

from dbt_bouncer.check_framework.decorator import check, fail


def parents_of(model: Any) -> list[str]:
    """The models and seeds that a model reads."""
    return list(getattr(model.depends_on, "nodes", None) or [])


def lines_of(model: Any) -> int:
    """How long the file of a model is."""
    return len(model.raw_code.splitlines())


@check(code="AC001")
def check_model_rejoins_no_concept(model: Any, ctx: Any, *, read_everywhere: list[str]) -> None:
    """A model does not read what a parent that exists for it alone has read already.

    Seeds are rules and no concepts; nor is what nearly every model reads. A mart is there
    for people too.
    """
    models = {m.unique_id: m for m in ctx.models}
    concepts = {
        parent
        for parent in parents_of(model)
        if parent in models and models[parent].name not in read_everywhere
    }
    for parent in sorted(concepts):
        again = concepts & set(parents_of(models[parent]))
        is_mart = models[parent].access == "public"
        if again and not is_mart and len(ctx.children_by_unique_id.get(parent, [])) == 1:
            fail(f"{model.name} reads {models[parent].name}, and again what that has read: {again}")


@check(code="AC002")
def check_model_for_one_reader_would_not_fit(model: Any, ctx: Any, *, lines: int) -> None:
    """A working with one reader is a model of its own only where both together are long."""
    readers = ctx.children_by_unique_id.get(model.unique_id, [])
    if len(readers) == 1:
        reader = next((m for m in ctx.models if m.unique_id == readers[0]), None)
        if reader and lines_of(model) + lines_of(reader) <= lines:
            fail(f"only {reader.name} reads {model.name}; both fit into {lines} lines")
