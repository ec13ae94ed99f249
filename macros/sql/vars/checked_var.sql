{#
    A variable that has a value it can have. Any other stops what dbt does, but not while it reads
    the project: then `check_variables` can name all that is wrong.
#}
{% macro checked_var(name) %}
    {%- set rule = fromjson(variable_rules())[name] -%}
    {%- set problem = variable_problem(name, rule, var(name)) -%}
    {%- if not problem -%}
        {{- return(var(name)) -}}
    {%- elif execute -%}
        {{- exceptions.raise_compiler_error(problem) -}}
    {%- endif -%}
    {{- return([] if rule.kind == 'list' else (rule.choices | default([''])) | first) -}}
{% endmacro %}
