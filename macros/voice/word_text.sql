{#
    A text as its words in lower case, with one blank around each, in any language that
    writes blanks: punctuation and line breaks are blanks. Where words are not set apart, a
    keyword is looked for anywhere (feedback_themes.is_whole_word).
#}
{% macro word_text(column) -%}
    {%- set marks = '.,;:!?"()[]{}<>/|*+=_~@#&%$^-' ~ '«»“”„‘’…–—¿¡、。，！？；：「」·' -%}
    {%- set blanks = ' ' * (marks | length) -%}
    replace(replace(replace(
        concat(' ', concat(
            translate(
                replace(replace(replace(replace(
                    lower({{ column }}), chr(13), ' '), chr(10), ' '), chr(9), ' '), chr(39), ' '),
                '{{ marks }}', '{{ blanks }}'
            ),
        ' ')),
    ' ', '<>'), '><', ''), '<>', ' ')
{%- endmacro %}
