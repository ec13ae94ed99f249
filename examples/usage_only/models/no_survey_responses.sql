-- Nobody was asked.
select
    cast(null as text) as response_id,
    cast(null as text) as invitation_id,
    cast(null as text) as survey_id,
    cast(null as text) as survey_type,
    cast(null as text) as survey_purpose,
    cast(null as text) as client_id,
    cast(null as text) as user_id,
    cast(null as text) as channel,
    cast(null as text) as score,
    cast(null as text) as comment,
    cast(null as text) as responded_at,
    cast(null as text) as loaded_at
where 1 = 0
