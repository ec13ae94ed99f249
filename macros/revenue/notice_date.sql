{#
    The day on which notice was given for a version of a subscription: the one on which it was
    cancelled, or, of an end that nobody asked for and of a cancellation that is dated later, the
    one on which that became known. Null without either. A grace that runs out is no notice.
#}
{% macro notice_date(version, known_date) -%}
    case
        when {{ version }}.canceled_at is not null
            then {{ earlier(reporting_date(version ~ '.canceled_at'), known_date) }}
        when {{ version }}.ended_at is not null then {{ known_date }}
    end
{%- endmacro %}
