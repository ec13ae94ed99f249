{#
    The raw tables that a run reads and that are there before it, by their contracts: those that
    the selected nodes read, by views that are not selected too; all of them where nothing is
    selected, as in an operation. Not those that are off, the demo's seeds, and models, which may
    be built by the same run.
#}
{% macro contracts_read() %}
    {%- set selected = selected_resources if flags.WHICH != 'run-operation' else [] -%}
    {%- set read = sources_behind(selected, selected) -%}
    {%- set contracts = [] -%}
    {%- for contract in graph.sources.values() | sort(attribute='unique_id')
        if contract.package_name == 'active_clients' -%}
        {%- set label = contract.source_name ~ '.' ~ contract.name -%}
        {%- set location = raw_location(contract.source_name, contract.name) -%}
        {%- if is_delivered(label)
            and location.kind in ('files', 'table')
            and (not selected or label in read)
            and not (location.kind == 'table' and is_built_now(location, selected)) -%}
            {%- do contracts.append(contract) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(contracts) -}}
{% endmacro %}
