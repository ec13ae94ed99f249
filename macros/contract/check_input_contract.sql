{#
    Stops the run before it starts when a raw table or a column of the input contract is
    missing, or a file of a table cannot be read or is another than the rest, and says which,
    where it was looked for and what the contract wants: all problems at once.
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
            {%- set files = file_problems(contract, location) -%}
            {%- do problems.extend(files.problems) -%}
            {#- Files that are wrong cannot be asked together. -#}
            {%- set delivered = files.columns
                if files.problems and '/' in location
                else delivered_columns(contract, location) -%}
            {%- set missing = [] -%}
            {%- for column in contract.columns.values()
                if delivered is not none and column.name not in delivered -%}
                {%- do missing.append(column) -%}
            {%- endfor -%}
            {%- if delivered is none and not files.problems -%}
                {%- do problems.append(missing_table_message(contract, location)) -%}
            {%- elif missing | length == contract.columns | length -%}
                {#- The first line may be a row, which is not shown. -#}
                {%- do problems.append(
                    contract.source_name ~ '.' ~ contract.name ~ ' (at ' ~ location ~ ') has none'
                    ~ ' of the columns of the contract. Is its first line a header, with commas'
                    ~ ' between the names? The contract wants: '
                    ~ contract.columns.keys() | join(', ') ~ '.'
                ) -%}
            {%- else -%}
                {%- for column in missing -%}
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
