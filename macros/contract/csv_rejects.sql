{#
    What DuckDB cannot read of CSV files with so many columns: file, kind, the first five lines
    and how many there are. One request: the list belongs to the connection, and dbt v2 takes
    another one for the next.
#}
{% macro csv_rejects(files, column_count, parallel) %}
    {%- set columns = [] -%}
    {%- set counts = [] -%}
    {%- for number in range(column_count) -%}
        {%- do columns.append("'c" ~ number ~ "': 'VARCHAR'") -%}
        {%- do counts.append('count(c' ~ number ~ ')') -%}
    {%- endfor -%}
    {{- return(run_query(
        'drop table if exists csv_rejects; drop table if exists csv_scans;'
        ~ ' select ' ~ counts | join(', ')
        ~ " from read_csv(['" ~ files | join("', '") ~ "'],"
        ~ ' auto_detect = false, header = false, columns = {' ~ columns | join(', ') ~ '},'
        ~ " delim = ',', quote = '\"', escape = '\"', comment = '', parallel = " ~ parallel | lower
        ~ ", store_rejects = true, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans',"
        ~ ' rejects_limit = 1000);'
        ~ ' select csv_scans.file_path, csv_rejects.error_type,'
        ~ " array_to_string(list_sort(list(distinct csv_rejects.line))[1:5], ', '),"
        ~ ' count(distinct csv_rejects.line)'
        ~ ' from csv_rejects inner join csv_scans using (scan_id, file_id)'
        ~ ' group by csv_scans.file_path, csv_rejects.error_type'
        ~ ' order by csv_scans.file_path, csv_rejects.error_type'
    )) -}}
{% endmacro %}
