{#
    Before a staging model is built on a model of the project that is built: stops when a column of
    the input contract is missing there, or has a type that makes something else of it.
#}
{% macro check_raw_model() %}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- for source_name, table_name in model.sources
            if raw_location(source_name, table_name).kind == 'model'
            and is_delivered(source_name ~ '.' ~ table_name) -%}
            {%- do refuse_raw_tables(
                contract_problems(input_contract(source_name, table_name))
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
