{#
    The raw tables that are there before a run, by their contracts: those that are on. Not the
    demo's seeds and models, which may be built by the same run.
#}
{% macro contracts_read() %}
    {%- set contracts = [] -%}
    {%- for contract in graph.sources.values() | sort(attribute='unique_id')
        if contract.package_name == 'active_clients'
        and is_delivered(contract.source_name ~ '.' ~ contract.name) -%}
        {%- set location = raw_location(contract.source_name, contract.name) -%}
        {%- if location.kind in ('files', 'table') -%}
            {%- do contracts.append(contract) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(contracts) -}}
{% endmacro %}
