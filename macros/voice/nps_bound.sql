{#
    One side of the adjusted Wald interval, 95 %, of the net promoter score: 3/4 promoter,
    3/4 detractor and 3 responses are added (Sauro and Lewis), clipped to [-100, 100].
#}
{% macro nps_bound(promoters, detractors, responses, side) -%}
    {%- set sign = {'lower': '-', 'upper': '+'}[side] -%}
    case
        when {{ responses }} > 0 then cast(
            least(100.0, greatest(-100.0,
                {{ nps_adjusted(promoters, detractors, responses) }}
                {{ sign }} 1.959963984540054
                * sqrt({{ nps_variance(promoters, detractors, responses) }})
            )) as decimal(9, 4)
        )
    end
{%- endmacro %}
