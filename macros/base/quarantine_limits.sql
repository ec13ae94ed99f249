{#
    Rows of the variable `quarantine_limits`, to select from: table_name, rejection_rule (null
    for the table as a whole) and rate_max. A list of entries such as
    {table: usage_events, reason: unknown_client, max: 0.2}.
#}
{% macro quarantine_limits() %}
    {%- set tables = row_ledger() | map(attribute='table') | list + ['usage_events'] -%}
    {%- set selects = [] -%}
    {%- for entry in checked_var('quarantine_limits') -%}
        {%- set share = entry.get('max') | string -%}
        {%- set rule = entry.get('reason') or '' -%}
        {%- if entry.get('table') not in tables
            or not modules.re.fullmatch('[a-z_]*', rule)
            or not modules.re.fullmatch('0([.][0-9]+)?|1([.]0+)?', share) -%}
            {{- exceptions.raise_compiler_error(
                'The variable quarantine_limits has ' ~ entry ~ '; an entry must be like {table:'
                ~ ' usage_events, reason: unknown_client, max: 0.2}, with a raw table, a rule of'
                ~ ' rejection_rules or none, and a share from 0 to 1.'
            ) -}}
        {%- endif -%}
        {%- do selects.append(
            "select '" ~ entry.table ~ "' as table_name, "
            ~ ("'" ~ rule ~ "'" if rule else 'cast(null as ' ~ dbt.type_string() ~ ')')
            ~ ' as rejection_rule, cast(' ~ share ~ ' as decimal(12, 6)) as rate_max'
        ) -%}
    {%- endfor -%}
    {%- if not selects -%}
        {%- do selects.append(
            'select cast(null as ' ~ dbt.type_string() ~ ') as table_name, cast(null as '
            ~ dbt.type_string() ~ ') as rejection_rule, cast(null as decimal(12, 6)) as rate_max '
            ~ from_nothing() ~ ' where 1 = 0'
        ) -%}
    {%- endif -%}
    {{- selects | join(' union all ') -}}
{% endmacro %}
