{# Whether a row of int_exchange_rate_spans has the rate of a row's currency on a day. #}
{% macro is_rate_on(rates, row, day) -%}
    {{ row }}.currency_code = {{ rates }}.currency_code
            and {{ day }} >= {{ rates }}.valid_from
            and {{ day }} < {{ rates }}.valid_to
{%- endmacro %}
