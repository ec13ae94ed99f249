{#
    A number of at most 31 bits made of columns; on another engine it is another number, so it
    is compared only with what the same engine wrote.
#}
{% macro row_checksum(columns) %}{{ return(adapter.dispatch('row_checksum')(columns)) }}{% endmacro %}

{% macro default__row_checksum(columns) -%}
    cast(hash({{ columns | join(', ') }}) % 2147483647 as bigint)
{%- endmacro %}

{% macro postgres__row_checksum(columns) -%}
    hashtextextended(cast(row({{ columns | join(', ') }}) as text), 0) % 2147483647
{%- endmacro %}

{% macro spark__row_checksum(columns) -%}
    xxhash64({{ columns | join(', ') }}) % 2147483647
{%- endmacro %}

{% macro snowflake__row_checksum(columns) -%}
    mod(hash({{ columns | join(', ') }}), 2147483647)
{%- endmacro %}

{% macro bigquery__row_checksum(columns) -%}
    mod(farm_fingerprint(to_json_string(struct({{ columns | join(', ') }}))), 2147483647)
{%- endmacro %}

{% macro trino__row_checksum(columns) -%}
    mod(from_big_endian_64(xxhash64(to_utf8(json_format(
        cast(row({{ columns | join(', ') }}) as json)
    )))), 2147483647)
{%- endmacro %}

{# It hashes one value at a time. #}
{% macro redshift__row_checksum(columns) -%}
    {%- set hashed = [] -%}
    {%- for column in columns -%}
        {%- do hashed.append('fnv_hash(' ~ column ~ ('' if loop.first else ', ' ~ hashed[-1]) ~ ')') -%}
    {%- endfor -%}
    mod({{ hashed[-1] }}, 2147483647)
{%- endmacro %}
