{# CSV files with an odd number of double quotes, in the columns of `csv_rejects`. #}
{% macro csv_odd_quotes(files) %}
    {{- return(run_query(
        "select filename, 'ODD QUOTES', count(*), 1 from read_csv(['" ~ files | join("', '")
        ~ "'], auto_detect = false, header = false, columns = {'line': 'VARCHAR'},"
        ~ " delim = chr(1), quote = '', escape = '', comment = '', strict_mode = false,"
        ~ ' ignore_errors = true, filename = true)'
        ~ " group by filename having sum(length(line) - length(replace(line, '\"', ''))) % 2 = 1"
    )) -}}
{% endmacro %}
