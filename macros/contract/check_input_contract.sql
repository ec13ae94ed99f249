{#
    Stops the run before it starts when a raw table or a column of the input contract is
    missing, or a file of a table cannot be read or is another than the rest, and says which,
    where it was looked for and what the contract wants: all problems at once. What is selected
    decides which tables are looked at; a model is looked at when it is there, by
    `check_raw_model`.
#}
{% macro check_input_contract() %}
    {%- if execute and flags.WHICH in ('build', 'run', 'test', 'run-operation') -%}
        {%- set problems = [] -%}
        {%- for contract in contracts_read() -%}
            {%- do problems.extend(contract_problems(contract)) -%}
        {%- endfor -%}
        {%- do refuse_raw_tables(problems) -%}
    {%- endif -%}
{% endmacro %}
