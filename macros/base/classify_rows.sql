{#
    Gives every row of a staging model one disposition:
    quarantined  the row breaks a rule, alone or against other tables
    accepted     the latest delivery of its key among the rows that break none
    duplicate    an earlier delivery of that key

    For a row that names a client it is also said, here alone, whose it is and whether it counts:
    canonical_client_id  the client after merges; null where it is unknown
    canonical_user_id    the user after merges, if the table names one: as delivered where the
                         user is not in the table of users, null where the row is anonymous
    exclusion_reason     why the client, or else the user, counts in no metric; else null
    They are those of now, whatever the disposition. A row counts that is accepted and has no
    exclusion_reason. A model with a window over all versions of a key asks after the window.

    key            columns that identify a row
    client_column  the column that names a client, if the table has one
    user_column    the column that names a user, if the table has one
    priced_at      the time at which an amount needs an exchange rate, if it has one
    amount         that amount, or what it comes to in a year: one of 50,000,000,000,000 or more,
                   in its own or the reporting currency, is mistyped, and no sum would hold it
    disposition    what the column with the outcome is called
#}
{% macro classify_rows(
    staged, key, client_column=none, user_column=none, priced_at=none, amount=none,
    disposition='disposition'
) %}
{%- if user_column and not client_column -%}
    {{- exceptions.raise_compiler_error('classify_rows: a user_column needs a client_column') -}}
{%- endif -%}
{%- set reasons = ['staged.invalid_reasons'] -%}
{%- if client_column -%}
    {%- do reasons.append(
        'case when staged.' ~ client_column ~ ' is not null'
        ~ ' and clients.client_id is null'
        ~ " then 'unknown_client:" ~ client_column ~ "' end"
    ) -%}
{%- endif -%}
{%- if priced_at -%}
    {%- do reasons.append(
        'case when staged.currency_code <> ' ~ reporting_currency()
        ~ ' and length(staged.currency_code) = 3'
        ~ ' and ' ~ priced_at ~ ' is not null'
        ~ ' and coalesce(first_rates.first_rate_date > '
        ~ reporting_date(priced_at) | trim ~ ', true)'
        ~ " then 'missing_exchange_rate:currency_code' end"
    ) -%}
    {%- do reasons.append(
        'case when abs(cast(' ~ amount ~ ' as ' ~ type_double() ~ '))'
        ~ ' * case when first_rates.highest_rate > 1 then first_rates.highest_rate else 1 end'
        ~ " >= 50000000000000 then 'amount_too_large' end"
    ) -%}
{%- endif %}
with

staged as (
    select * from {{ staged }}
),

{% if client_column %}
clients as (
    select * from {{ ref('active_clients', 'int_client_identities') }}
),

{% endif %}
{% if user_column %}
users as (
    select * from {{ ref('active_clients', 'int_user_identities') }}
),

{% endif %}
{% if priced_at %}
first_rates as (
    select
        currency_code as rated_currency_code,
        min(rate_date) as first_rate_date,
        max(rate) as highest_rate

    from {{ ref('active_clients', 'int_exchange_rates_classified') }}

    where disposition = 'accepted'

    group by currency_code
),

{% endif %}
judged as (
    select
        staged.*,
        {%- if client_column %}
        clients.canonical_client_id,
        {%- if user_column %}
        coalesce(users.canonical_user_id, staged.{{ user_column }}) as canonical_user_id,
        coalesce(clients.exclusion_reason, users.exclusion_reason) as exclusion_reason,
        {%- else %}
        clients.exclusion_reason,
        {%- endif %}
        {%- endif %}
        {{ comma_list(reasons) }} as rejection_reasons

    from staged
    {%- if client_column %}
    left join clients
        on staged.{{ client_column }} = clients.client_id
    {%- endif %}
    {%- if user_column %}
    left join users
        on staged.{{ user_column }} = users.user_id
    {%- endif %}
    {%- if priced_at %}
    left join first_rates
        on staged.currency_code = first_rates.rated_currency_code
    {%- endif %}
),

ranked as (
    select
        *,
        row_number() over (
            partition by case when rejection_reasons is null then 1 else 0 end,
                {{ key | join(', ') }}
            order by loaded_at desc, raw_row desc
        ) as delivery_rank

    from judged
)

select
    *,
    case
        when rejection_reasons is not null then 'quarantined'
        when delivery_rank = 1 then 'accepted'
        else 'duplicate'
    end as {{ disposition }}

from ranked
{% endmacro %}
