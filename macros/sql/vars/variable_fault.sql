{# Something where a variable cannot have a value, nothing where it can. #}
{% macro variable_fault(rule, value) %}
    {%- set text = value | string -%}
    {%- if rule.may_be_empty is defined and value is string and value == '' -%}
    {%- elif rule.kind == 'true or false' -%}
        {{- '' if value is boolean else 'no boolean' -}}
    {%- elif rule.kind in ('number', 'whole number') -%}
        {%- set pattern = '-?[0-9]+' if rule.kind == 'whole number' else '-?[0-9]+([.][0-9]+)?' -%}
        {%- if not modules.re.fullmatch(pattern, text) -%}
            no number
        {%- elif (text | float) < rule.minimum -%}
            too small
        {%- elif rule.maximum is defined and (text | float) > rule.maximum -%}
            too large
        {%- endif -%}
    {%- elif rule.kind == 'date' -%}
        {%- if not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', text) -%}
            no date
        {%- else -%}
            {%- set year, month, day = text[:4] | int, text[5:7] | int, text[8:] | int -%}
            {%- set is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) -%}
            {%- set lengths = [
                0, 31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
            ] -%}
            {%- if month < 1 or month > 12 or day < 1 or day > lengths[month] -%}
                no such day
            {%- endif -%}
        {%- endif -%}
    {%- elif rule.kind == 'list' -%}
        {%- if value is string or value is mapping or value is not sequence -%}
            no list
        {%- else -%}
            {%- for entry in value -%}
                {%- set parts = [entry] -%}
                {%- if rule.joined_by is defined and entry is string -%}
                    {%- set parts = entry.split(rule.joined_by) -%}
                {%- endif -%}
                {%- for part in parts -%}
                    {%- if rule.entries is defined -%}
                        {{- '' if part is mapping else 'no mapping' -}}
                    {%- else -%}
                        {{- text_fault(rule, part) -}}
                    {%- endif -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endif -%}
    {%- else -%}
        {{- text_fault(rule, value) -}}
    {%- endif -%}
{% endmacro %}
