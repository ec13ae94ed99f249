{# A share of one: 0.2 as it is, 20 % divided by a hundred. What 20 alone means is not known. #}
{% macro to_share(column) -%}
    {%- set text = clean_text(column) -%}
    {%- set percentage = 'substr(' ~ text ~ ', 1, length(' ~ text ~ ') - 1)' -%}
    case
        when substr({{ text }}, length({{ text }})) = '%'
            then cast({{ to_decimal(percentage, 8) }} * 0.01 as decimal(18, 4))
        else {{ to_decimal(column) }}
    end
{%- endmacro %}
