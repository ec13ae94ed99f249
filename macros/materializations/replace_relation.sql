{#
    Puts a table or a view in the place of what bears its name, by the statement of the caller and in
    one transaction: when it fails, the old one stays. dbt-duckdb makes the new one beside the old,
    renames both, drops the old, and looks for indexes and foreign keys, which nothing here has;
    on small tables that takes longer than the model.
#}
{% macro replace_relation(kind) %}
    {%- set relation = this.incorporate(type=kind) -%}
    {%- set old_relation = load_cached_relation(this) -%}
    {%- set replacement = caller() -%}

    {{- run_hooks(pre_hooks, inside_transaction=False) -}}
    {{- run_hooks(pre_hooks, inside_transaction=True) -}}

    {#- A table does not replace a view, nor a view a table. -#}
    {%- if old_relation is not none and old_relation.type != kind -%}
        {%- do adapter.ensure_transaction() -%}
        {%- do adapter.drop_relation(old_relation) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {%- if config.get('contract').enforced -%}
            {{- get_assert_columns_equivalent(compiled_code) -}}
        {%- endif -%}
        {{- replacement -}}
    {%- endcall -%}

    {{- run_hooks(post_hooks, inside_transaction=True) -}}
    {%- do persist_docs(relation, model) -%}
    {%- do adapter.commit() -%}
    {{- run_hooks(post_hooks, inside_transaction=False) -}}
{% endmacro %}
