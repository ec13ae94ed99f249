-- Grain: one row per life table (origin, scope of spells, segmentation, segment, term length),
-- first and last term observed, and whether the last one ended in a loss.

with

spells as (
    select * from {{ ref('int_spell_attributes') }}
    where observed_term_count >= entry_term
),

scopes as (
    select 'any' as spell_scope
    union all
    select 'first' as spell_scope
),

{% for segmentation in segmentations() -%}
cut_{{ loop.index }} as (
    select
        scopes.spell_scope,
        spells.origin_date,
        {{ loop.index }} as preference,
        '{{ segmentation }}' as segmentation,
        {{ segment_text(segmentation) }} as segment,
        spells.term_months,
        spells.entry_term,
        spells.observed_term_count,
        spells.is_lost,
        count(*) as spell_count

    from spells
    inner join scopes
        on scopes.spell_scope = 'any' or spells.spell_number = 1

    group by
        scopes.spell_scope, spells.origin_date, {{ segment_text(segmentation) }},
        spells.term_months, spells.entry_term, spells.observed_term_count, spells.is_lost
),

{% endfor -%}
final as (
    {%- for segmentation in segmentations() %}
    select * from cut_{{ loop.index }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
