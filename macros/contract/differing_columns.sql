{#
    Columns of the contract that some files of a raw table have and others lack. `groups` holds
    files that are alike: their columns, how many they are and one of them.
#}
{% macro differing_columns(contract, groups) %}
    {%- set problems = [] -%}
    {%- for column in contract.columns -%}
        {%- set having = [] -%}
        {%- for group in groups if column in group.columns -%}
            {%- do having.append(group) -%}
        {%- endfor -%}
        {%- if having -%}
            {%- for group in groups if column not in group.columns -%}
                {%- do problems.append(
                    contract.source_name ~ '.' ~ contract.name ~ ': ' ~ group.file
                    ~ (' and ' ~ (group.count - 1) ~ ' like it' if group.count > 1 else '')
                    ~ ' has no column ' ~ column ~ ', which ' ~ having[0].file
                    ~ ' has: its values would be lost without a word. Write that file again with the'
                    ~ ' column, be it empty. It has: ' ~ group.columns | join(', ') ~ '.'
                ) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(problems) -}}
{% endmacro %}
