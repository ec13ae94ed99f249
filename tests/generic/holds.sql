{#
    Fails for every row on which an invariant does not hold; null is no failure. `has_grain` asks for
    invariants too: this is for rows that are not all in its grain.
    `invariants` maps a name to a condition over the model's columns.
#}
{% test holds(model, invariants) %}
{%- set broken = [] -%}
{%- for name, condition in invariants.items() -%}
    {%- do broken.append('case when not (' ~ condition ~ ") then '" ~ name ~ "' end") -%}
{%- endfor %}

select
    {{ comma_list(broken) }} as broken_invariants,
    model.*

from {{ model }} as model

where {% for condition in invariants.values() -%}
    not ({{ condition }})
    {%- if not loop.last %}
    or {% endif %}
{%- endfor %}

{% endtest %}
