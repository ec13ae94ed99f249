{#
    Margin of the months paid within twelve: those up to the next renewal, then a term per
    expected renewal, the last of them cut off. Null without a model: least() would hide it.
#}
{% macro margin_within_12_months(expected_renewals, retained_rate, margin='monthly_margin') -%}
    cast(case when {{ retained_rate }} is not null then {{ margin }} * least(12,
            months_to_renewal + term_months * ({{ expected_renewals }})
            - greatest(0, months_to_renewal + term_months * due_renewal_count - 12)
            * {{ retained_rate }}
        ) end as decimal(24, 4))
{%- endmacro %}
