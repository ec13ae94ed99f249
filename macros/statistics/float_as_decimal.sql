{#
    A 64-bit float as a decimal. Engines differ in its last digits and in how they round a
    float that is a half; ten digits first, which they agree on, and the half of a decimal is
    rounded up everywhere.
#}
{% macro float_as_decimal(value, precision, scale) -%}
    cast(cast({{ value }} as decimal(28, 10)) as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}
