{# The first line of each file, null of an empty one. A line is one field here. #}
{% macro csv_headers(files) %}
    {%- set queries = [] -%}
    {%- for file in files -%}
        {%- do queries.append(
            "select '" ~ file ~ "' as file, (select line from read_csv('" ~ file ~ "',"
            ~ " auto_detect = false, header = false, columns = {'line': 'VARCHAR'}, delim = chr(1),"
            ~ " quote = '', escape = '', comment = '', strict_mode = false, ignore_errors = true,"
            ~ ' parallel = false) limit 1) as line'
        ) -%}
    {%- endfor -%}
    {{- return(run_query(queries | join(' union all '))) -}}
{% endmacro %}
