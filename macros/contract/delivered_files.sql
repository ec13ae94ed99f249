{# The files of a raw table on DuckDB; a location that is no pattern of such files is refused. #}
{% macro delivered_files(contract, location) %}
    {%- if "'" in location or not modules.re.fullmatch('.*[.](csv|csv[.]gz|parquet)', location) -%}
        {{- exceptions.raise_compiler_error(
            'The variable ' ~ contract.source_name ~ "_location must be a schema or a path of"
            ~ ' .csv, .csv.gz or .parquet files with {name} in it; it is ' ~ location ~ '.'
        ) -}}
    {%- endif -%}
    {%- set found = run_query("select file from glob('" ~ location ~ "') order by file") -%}
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
