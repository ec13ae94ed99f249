{# A level before the step: that of the client's previous step in the currency, at first 0. #}
{% macro previous(column) -%}
    coalesce(lag({{ column }}) over (
        partition by client_id, currency_code
        order by valid_from
    ), 0)
{%- endmacro %}
