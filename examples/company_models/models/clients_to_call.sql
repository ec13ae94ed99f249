-- The marts taken further: who pays and has not heard from us for too long.
select
    clients.client_id,
    clients.client_name,
    silence.silent_days,
    silence.mrr_amount
from {{ ref('active_clients', 'dim_clients') }} as clients
inner join {{ ref('active_clients', 'fct_client_silence') }} as silence
    on clients.client_id = silence.client_id
where silence.is_silent
