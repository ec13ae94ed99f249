-- Grain: one row per life table and term, from 1 to the last that anybody was observed in.
-- The life table is all that the models of churn are fitted to: its size does not depend on
-- the number of clients.

with

spells as (
    select * from {{ ref('active_clients', 'int_spell_attributes') }}
    where observed_term_count >= entry_term
),

numbers as (
    select * from {{ ref('active_clients', 'numbers') }}
),

scopes as (
    select 'any' as spell_scope
    union all
    select 'first' as spell_scope
),

-- Every spell is in one segment of each segmentation.
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
spell_counts as (
    {%- for segmentation in segmentations() %}
    select * from cut_{{ loop.index }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

keyed as (
    select
        *,
        {{ surrogate_key([
            'origin_date', 'spell_scope', 'segmentation', 'segment', 'term_months'
        ]) }} as life_table_id

    from spell_counts
),

life_tables as (
    select
        life_table_id,
        origin_date,
        spell_scope,
        preference,
        segmentation,
        segment,
        term_months,
        max(observed_term_count) as last_term

    from keyed

    group by
        life_table_id, origin_date, spell_scope, preference, segmentation, segment, term_months
),

-- Who enters adds to those at risk, who is observed no longer is taken away.
changes as (
    select
        life_table_id,
        entry_term as term_number,
        spell_count as entered_count,
        0 as left_count,
        0 as churned_count

    from keyed

    union all

    select
        life_table_id,
        observed_term_count as term_number,
        0 as entered_count,
        spell_count as left_count,
        case when is_lost then spell_count else 0 end as churned_count

    from keyed
),

changed_terms as (
    select
        life_table_id,
        term_number,
        sum(entered_count) as entered_count,
        sum(left_count) as left_count,
        sum(churned_count) as churned_count

    from changes

    group by life_table_id, term_number
),

terms as (
    select
        life_tables.*,
        numbers.number as term_number,
        coalesce(changed_terms.entered_count, 0) as entered_count,
        coalesce(changed_terms.left_count, 0) as left_count,
        coalesce(changed_terms.churned_count, 0) as churned_count

    from life_tables
    inner join numbers
        on life_tables.last_term >= numbers.number
            and numbers.number >= 1
    left join changed_terms
        on life_tables.life_table_id = changed_terms.life_table_id
            and numbers.number = changed_terms.term_number
),

final as (
    select
        life_table_id,
        origin_date,
        spell_scope,
        preference,
        segmentation,
        segment,
        term_months,
        term_number,
        cast(entered_count as bigint) as entered_count,
        cast(sum(entered_count - left_count) over (
            partition by life_table_id
            order by term_number
            rows between unbounded preceding and current row
        ) + left_count as bigint) as at_risk_count,
        cast(churned_count as bigint) as churned_count,
        cast(left_count - churned_count as bigint) as censored_count

    from terms
)

select * from final
