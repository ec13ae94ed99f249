{#
    What is wrong with the CSV files of a raw table: columns that only some have, and lines that
    cannot be read. DuckDB guesses the shape of a file from its first rows and takes what does
    not fit for something else, such as the first row for a header; with the number of columns
    given it keeps a list of what does not fit. Rows are never shown: they may hold anything.

    It costs one query for a hundred headers and one reading of all files.
#}
{% macro csv_problems(contract, location) %}
    {%- set label = contract.source_name ~ '.' ~ contract.name -%}
    {%- set problems = [] -%}
    {%- set groups = [] -%}
    {%- set members = {} -%}
    {%- for batch in delivered_files(location) | batch(100) -%}
        {%- for row in csv_headers(batch).rows -%}
            {%- if row[1] is none -%}
                {%- do problems.append(
                    label ~ ': ' ~ row[0] ~ ' is empty. Deliver it with the header at least, or'
                    ~ ' remove it.'
                ) -%}
            {%- else -%}
                {%- do members.update({row[1]: members.get(row[1], []) + [row[0]]}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set known = {'all': true} -%}
    {%- for header, alike in members.items() -%}
        {%- set columns = [] -%}
        {%- for name in modules.re.split(',(?=(?:[^"]*"[^"]*")*[^"]*$)', header) -%}
            {%- do columns.append(name | replace('"', '') | trim | lower) -%}
        {%- endfor -%}
        {%- set lines = csv_line_problems(label, alike, columns | length) -%}
        {%- do problems.extend(lines.problems) -%}
        {%- if lines.encoded_otherwise -%}
            {%- do known.update({'all': false}) -%}
        {%- else -%}
            {%- do groups.append({
                'file': alike[0], 'count': alike | length, 'columns': columns,
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return({
        'columns': groups | map(attribute='columns') | sum(start=[]) if known.all else none,
        'problems': problems + differing_columns(contract, groups),
    }) -}}
{% endmacro %}
