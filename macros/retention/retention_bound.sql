{# One side of the interval of gross or net retention, over the sums of a retention cell. #}
{% macro retention_bound(kind, side) -%}
    {{ ratio_bound(
        {
            'n': 'counted.comparable_client_count',
            'x': 'counted.base_mrr_amount',
            'y': 'counted.' ~ kind ~ '_retained_mrr_amount',
            'xx': 'counted.base_squares',
            'yy': 'counted.' ~ kind ~ '_squares',
            'xy': 'counted.base_' ~ kind ~ '_products',
        },
        side,
        1.0 if kind == 'gross' else none,
    ) }}
{%- endmacro %}
