{#
    Stops the run before it starts when a raw table or a column of the input contract is
    missing, and says which, where it was looked for and what the contract wants.
#}
{% macro check_input_contract() %}
    {%- if execute and flags.WHICH in ('build', 'run', 'test', 'run-operation') -%}
        {%- set problems = [] -%}
        {%- for contract in graph.sources.values() | sort(attribute='unique_id')
            if contract.package_name == 'active_clients'
            and var(contract.config.meta.get('flag', ''), true)
            and not reads_demo_seeds(contract.source_name) -%}
            {%- set location = var(contract.source_name ~ '_location')
                | replace('{name}', contract.name) -%}
            {%- set delivered = delivered_columns(contract, location) -%}
            {%- if delivered is none -%}
                {%- do problems.append(missing_table_message(contract, location)) -%}
            {%- else -%}
                {%- for column in contract.columns.values()
                    if column.name not in delivered -%}
                    {%- do problems.append(
                        missing_column_message(contract, column, location, delivered)
                    ) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if problems -%}
            {{- exceptions.raise_compiler_error(
                'The raw tables do not fit the input contract (models/staging/*/_*__sources.yml):'
                ~ '\n- ' ~ problems | join('\n- ')
            ) -}}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
