{#
    Fails for every key that is not unique or has a null in it, and for every row on which one of
    the `invariants` does not hold: it maps a name to a condition over the model's columns, and null
    is no failure. One test asks for both, as each test costs dbt more time than the database.
#}
{% test has_grain(model, columns, invariants={}) %}
{%- set key = columns | join(', ') -%}
{%- set broken = [] -%}
{%- for name, condition in invariants.items() -%}
    {%- do broken.append('case when not (' ~ condition ~ ") then '" ~ name ~ "' end") -%}
{%- endfor -%}

select
    'has_grain' as broken_rules,
    {{ key }},
    count(*) as row_count

from {{ model }}

group by {{ key }}

having count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
{%- if invariants %}

union all

select
    {{ comma_list(broken) }} as broken_rules,
    {{ key }},
    1 as row_count

from {{ model }}

where {% for condition in invariants.values() -%}
    not ({{ condition }})
    {%- if not loop.last %}
    or {% endif %}
{%- endfor %}
{%- endif %}

{% endtest %}
