{#
    The day on which notice was given for a version of a subscription: the one on which it was
    cancelled, or, of an end that nobody asked for, the one on which that became known. Null
    without either. A grace that runs out is no notice.
#}
{% macro notice_date(version, known_date) -%}
    case
        when {{ version }}.canceled_at is not null
            then {{ reporting_date(version ~ '.canceled_at') }}
        when {{ version }}.ended_at is not null then {{ known_date }}
    end
{%- endmacro %}
