{#
    A line for each name that is no variable and each value that its variable cannot have.
    `names` are those that were given, `values` what the variables are.
#}
{% macro variable_problems(names, values) %}
    {%- set rules = fromjson(variable_rules()) -%}
    {%- set wrong = [] -%}
    {%- for name in names if name not in rules -%}
        {%- set nearest = nearest_name(name, rules.keys() | list) -%}
        There is no variable {{ name }}
        {%- if nearest %}; did you mean {{ nearest }}? It must be {{ variable_wants(rules[nearest]) }}: {{ rules[nearest].meaning }}
        {%- endif %}.{{ '\n' }}
    {%- endfor -%}
    {%- for name, rule in rules.items() if name in values -%}
        {%- set problem = variable_problem(name, rule, values[name]) -%}
        {%- if problem -%}
            {%- do wrong.append(name) -%}
            {{ problem ~ '\n' }}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, rule in rules.items() if rule.not_above is defined
        and name in values and rule.not_above in values
        and name not in wrong and rule.not_above not in wrong -%}
        {%- set least, most = values[name], values[rule.not_above] -%}
        {%- set is_above = (least | string) > (most | string) if rule.kind == 'date'
            else (least | float) > (most | float) -%}
        {%- if is_above -%}
            The variable {{ name }} is {{ least }}; it must not be above {{ rule.not_above }}, which is {{ most }}. {{ rule.meaning }}.{{ '\n' }}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
