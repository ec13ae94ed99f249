{#
    The lines of CSV files that cannot be read, by file and kind. The header is read as a row,
    so that its encoding is looked at too. Nothing of a row is shown: it may hold anything.

    DuckDB reads in parallel from 8 MB on, and then takes a text with line breaks for rows where
    a part of the file begins in it. Told not to, it drops whatever follows a double quote that
    never ends without a word; then their number tells.
#}
{% macro csv_line_problems(label, files, column_count) %}
    {%- set sizes = run_query(
        "select filename, size < 8000000 and filename not like '%.gz' from read_blob(['"
        ~ files | join("', '") ~ "'])"
    ) -%}
    {%- set small = [] -%}
    {%- set large = [] -%}
    {%- for row in sizes.rows -%}
        {%- do (small if row[1] else large).append(row[0]) -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- if small -%}
        {%- do found.extend(csv_rejects(small, column_count, parallel=true).rows) -%}
    {%- endif -%}
    {%- if large -%}
        {%- do found.extend(csv_rejects(large, column_count, parallel=false).rows) -%}
        {%- do found.extend(csv_odd_quotes(large).rows) -%}
    {%- endif -%}
    {%- set cures = {
        'TOO MANY COLUMNS':
            'more fields than the header has: a value with a comma belongs between double quotes',
        'MISSING COLUMNS': 'fewer fields than the header has: deliver empty ones as well',
        'UNQUOTED VALUE':
            'a double quote that does not end its value, or never ends: inside a value it is'
            ~ ' written twice',
        'INVALID ENCODING':
            'not UTF-8: convert the file, for example with iconv -f LATIN1 -t UTF-8, or'
            ~ ' -f UTF-16',
        'LINE SIZE OVER MAXIMUM':
            'longer than 2 MB: most likely a double quote that never ends',
        'ODD QUOTES':
            'an odd number of double quotes so far: one never ends, or stands in a value that is'
            ~ ' not between double quotes, where it is written twice',
    } -%}
    {%- set problems = [] -%}
    {%- set encoded_otherwise = [] -%}
    {%- for row in found if row[1] == 'INVALID ENCODING' -%}
        {%- do encoded_otherwise.append(row[0]) -%}
    {%- endfor -%}
    {#- Of a file in another encoding nothing else can be said, not even its header. -#}
    {%- for row in found if row[1] == 'INVALID ENCODING' or row[0] not in encoded_otherwise -%}
        {%- set count = row[3] | int -%}
        {%- do problems.append(
            label ~ ': ' ~ row[0] ~ ', line' ~ ('s ' if count > 1 else ' ') ~ row[2]
            ~ (' and ' ~ (count - 5) ~ ' more' if count > 5 else '') ~ ': '
            ~ cures.get(row[1], row[1] | lower) ~ '.'
        ) -%}
    {%- endfor -%}
    {{- return({'problems': problems, 'encoded_otherwise': encoded_otherwise}) -}}
{% endmacro %}
