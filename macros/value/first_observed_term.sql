{#
    The first term of a spell whose end was observed, by the variable survival_observed_from:
    what ended before is not in the data, so who is in it had to survive until then.
#}
{% macro first_observed_term(start, term_months) -%}
    {%- if var('survival_observed_from') -%}
        1 + case
            when {{ start }} < {{ date_var('survival_observed_from') }}
                then {{ terms_elapsed(
                    start, add_days(date_var('survival_observed_from'), -1), term_months
                ) }}
            else 0
        end
    {%- else -%}
        1
    {%- endif -%}
{%- endmacro %}
