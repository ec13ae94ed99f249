{# The files of a raw table on DuckDB; a location that is no pattern of such files is refused. #}
{% macro delivered_files(location) %}
    {%- set pattern = location.place -%}
    {%- if "'" in pattern or not modules.re.fullmatch('.*[.](csv|csv[.]gz|parquet)', pattern) -%}
        {{- exceptions.raise_compiler_error(
            'The variable ' ~ location.variable ~ ' must name a place in the database or a path of'
            ~ ' .csv, .csv.gz or .parquet files; it is ' ~ pattern ~ '.'
        ) -}}
    {%- endif -%}
    {%- set found = run_query("select file from glob('" ~ pattern ~ "') order by file") -%}
    {%- set files = [] -%}
    {%- for row in found.rows -%}
        {%- do files.append(row[0]) -%}
        {%- if "'" in row[0] -%}
            {{- exceptions.raise_compiler_error(
                'The name of a file must have no single quote in it: ' ~ row[0] ~ '.'
            ) -}}
        {%- endif -%}
    {%- endfor -%}
    {{- return(files) -}}
{% endmacro %}
