{#
    dbt v2 reads the files of an installed package's seeds at `root_path` and `original_file_path`,
    which both say where the package is (dbt-core#16128). Here the second says it no more. A root
    project gets this macro by its `dispatch`; dbt Core's paths are right and stay.
#}
{% macro duckdb__load_csv_rows(model, agate_table) %}
    {%- set package_folder = model.original_file_path.removesuffix(model.path) -%}
    {%- set is_named_twice = (model.root_path ~ '/').endswith('/' ~ package_folder) -%}
    {%- set seed = dict(model, original_file_path=model.path) if is_named_twice else model -%}
    {{- return(dbt.duckdb__load_csv_rows(seed, agate_table)) -}}
{% endmacro %}
