{# The level after a change: all changes of a client in a currency so far. #}
{% macro running_sum(column, keys=['client_id', 'currency_code'], order='change_date', digits=18) -%}
    cast(sum({{ column }}) over (
        partition by {{ keys | join(', ') }}
        order by {{ order }}
        rows between unbounded preceding and current row
    ) as decimal({{ digits }}, 4))
{%- endmacro %}
