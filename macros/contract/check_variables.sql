{#
    Stops a run before it starts when a name that was given is no variable of this project or a
    value is none that its variable can have. dbt v2 shows no macro the names in dbt_project.yml;
    those of a project that installs this one are seen below `active_clients` only, as its own
    variables are beside it.
#}
{% macro check_variables() %}
    {%- if execute -%}
        {%- set in_files = ref.config.vars.vars | default({}, true) -%}
        {%- set names = in_files.get('active_clients', {}).keys() | list -%}
        {%- if project_name == 'active_clients' -%}
            {%- set names = names + invocation_args_dict.get('vars', {}).keys() | list -%}
            {%- for name, value in in_files.items() if value is not mapping -%}
                {%- do names.append(name) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- set values = {} -%}
        {%- for name in fromjson(variable_rules()) if var.has_var(name) -%}
            {%- do values.update({name: var(name)}) -%}
        {%- endfor -%}
        {%- set problems = variable_problems(names | unique | sort, values) | trim -%}
        {%- if problems -%}
            {{- exceptions.raise_compiler_error(
                'The variables cannot be used (what each takes: docs/configuration.md):\n- '
                ~ problems.split('\n') | join('\n- ')
            ) -}}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
