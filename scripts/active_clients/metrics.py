"""MetricFlow over an open DuckDB connection, without dbt and without a second process."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from metricflow.engine.metricflow_engine import (
    MetricFlowEngine,
    MetricFlowQueryRequest,
    OutputColumnOrderMode,
)
from metricflow.engine.models import Dimension
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.databricks import DatabricksSqlPlanRenderer
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow.sql.render.postgres import PostgresSQLSqlPlanRenderer
from metricflow_semantics.errors.error_classes import InformativeUserError
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from active_clients.periods import GRAINS

__all__ = ["Engine", "InformativeUserError", "Question", "relations", "relocate"]

logging.getLogger("metricflow").setLevel(logging.ERROR)
logging.getLogger("metricflow_semantics").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Question:
    """What one asks of the metrics."""

    metrics: Sequence[str] = ()
    group_by: Sequence[str] = ()
    where: Sequence[str] = ()
    order: Sequence[str] = ()
    limit: int | None = None
    saved_query: str | None = None


def _node_relations(manifest: Any) -> list[dict[str, Any]]:
    """Every relation that a semantic manifest names, wherever it does."""
    if isinstance(manifest, list):
        return [found for item in manifest for found in _node_relations(item)]
    if not isinstance(manifest, dict):
        return []
    found = [inner for item in manifest.values() for inner in _node_relations(item)]
    return [manifest, *found] if {"alias", "schema_name"} <= set(manifest) else found


def relations(manifest_json: str) -> set[tuple[str, str]]:
    """Schema and name of every relation the metrics are computed from."""
    return {
        (node["schema_name"], node["alias"]) for node in _node_relations(json.loads(manifest_json))
    }


def relocate(manifest_json: str, new_schema: Callable[[str, str], str]) -> str:
    """The manifest with its relations in other schemas and in no named database.

    Without a database the names resolve in whatever file the reader opened.
    """
    manifest = json.loads(manifest_json)
    for node in _node_relations(manifest):
        schema = new_schema(node["schema_name"], node["alias"])
        node["schema_name"] = schema
        node["database"] = None
        node["relation_name"] = f"{schema}.{node['alias']}"
    return json.dumps(manifest, sort_keys=True)


RENDERERS = {
    "duckdb": (SqlEngine.DUCKDB, DuckDbSqlPlanRenderer),
    "postgres": (SqlEngine.POSTGRES, PostgresSQLSqlPlanRenderer),
    # Spark has no renderer of its own; it reads the SQL written for Databricks.
    "databricks": (SqlEngine.DATABRICKS, DatabricksSqlPlanRenderer),
}


class _Renderer:
    """The part of MetricFlow's SQL client that writing SQL needs."""

    def __init__(self, dialect: str) -> None:
        self.sql_engine_type, renderer = RENDERERS[dialect]
        self.sql_plan_renderer = renderer()


class Engine:
    """Turns questions about metrics into SQL."""

    def __init__(self, manifest_json: str, dialect: str = "duckdb") -> None:
        self.manifest = parse_manifest_from_dbt_generated_manifest(manifest_json)
        self._engine = MetricFlowEngine(
            semantic_manifest_lookup=SemanticManifestLookup(self.manifest),
            sql_client=_Renderer(dialect),  # type: ignore[arg-type]
        )

    def metric_names(self) -> dict[str, str]:
        """Every metric and what it means."""
        return {
            metric.name: metric.description or ""
            for metric in sorted(self.manifest.metrics, key=lambda metric: metric.name)
            if not (metric.type_params and getattr(metric.type_params, "is_private", False))
        }

    def _parts(self, name: str) -> list[Any]:
        """A metric and all that it is made of."""
        metric = next(metric for metric in self.manifest.metrics if metric.name == name)
        return [metric, *(p for part in metric.input_metrics for p in self._parts(part.name))]

    def _said(self, name: str, key: str) -> list[Any]:
        """What the metric and its parts say of themselves under a key."""
        found = [(part.config.meta if part.config else {}).get(key) for part in self._parts(name)]
        return [value for value in found if value]

    def needs(self, name: str) -> set[str]:
        """The raw tables without whose rows a metric, or a part of it, is not known."""
        return {str(value) for value in self._said(name, "needs")}

    def requires(self, name: str) -> list[str]:
        """What a metric has to be told apart by, or be asked for one value of, to mean anything."""
        return sorted({name for value in self._said(name, "requires") for name in value})

    def grains(self, name: str) -> tuple[str, ...]:
        """The periods that a metric can be asked by: the others would be a sum or mean of them."""
        limits = [set(value) for value in self._said(name, "grains")]
        limits += [set(GRAINS[GRAINS.index(value) :]) for value in self._said(name, "every")]
        return tuple(grain for grain in GRAINS if all(grain in limit for limit in limits))

    def every(self, name: str) -> str:
        """How often a snapshot is taken: the shortest period that holds one."""
        return max(self._said(name, "every"), key=GRAINS.index, default=GRAINS[0])

    def is_snapshot(self, name: str) -> bool:
        """Whether the last day of a period counts, where others add up its days."""
        parameters = [part.type_params for part in self._parts(name)]
        return any(
            given.metric_aggregation_params
            and given.metric_aggregation_params.non_additive_dimension
            for given in parameters
        )

    def group_by_names(self, metrics: Sequence[str]) -> list[str]:
        """Everything the metrics can be grouped by together."""
        # With derived grains: what one metric has by the month, another may have by the day.
        found = self._engine.list_group_bys(list(metrics), include_derived_time_granularities=True)
        names = {
            item.granularity_free_dunder_name if isinstance(item, Dimension) else item.name
            for item in found
        }
        # From when to when a version of a client holds is for joins alone.
        names -= {"client__valid_from", "client__valid_to"}
        apart = {value for metric in metrics for value in self._said(metric, "not_cut_by")}
        return sorted(name for name in names if name.split("__")[0] not in apart)

    def said_of_columns(self) -> dict[str, str]:
        """Label and description of every column that an answer may have but for dimensions."""
        return {
            **{m.name: f"{m.label or m.name}: {m.description}" for m in self.manifest.metrics},
            **{f"metric_time__{grain}": f"The {grain}, as its first day." for grain in GRAINS},
            "is_complete": "True when the whole period had elapsed by as_of_date.",
        }

    def saved_query_names(self) -> list[str]:
        """Every saved query."""
        return sorted(query.name for query in self.manifest.saved_queries)

    def sql(self, question: Question) -> str:
        """The SQL that answers a question."""
        request = MetricFlowQueryRequest.create(
            saved_query_name=question.saved_query,
            metric_names=list(question.metrics) or None,
            group_by_names=list(question.group_by) or None,
            where_constraints=list(question.where) or None,
            order_by_names=list(question.order) or None,
            limit=question.limit,
            output_column_order_mode=OutputColumnOrderMode.INPUT_ORDER,
        )
        statement = self._engine.explain(request).sql_statement
        return str(statement.without_descriptions.sql)
