"""A metric and the mart column of the same meaning are the same number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pytest

from active_clients.metrics import Engine, Question
from active_clients.query import load_engine, open_published
from conftest import Built

MONTHS = "period_month >= '2024-01-01'"
PERIODS = "select period_month, {} from marts.fct_client_months where {} group by 1"
DAYS = (
    "select activity_date, {column} from marts.fct_active_{entity}s_daily"
    " where window_days = {days} and attribute = 'all' and is_default_definition"
    " and activity_date >= '2025-06-01'"
)
BY_DEFINITION = (
    "select definition_id, active_{entity}_count from marts.fct_active_{entity}s_daily"
    " where window_days = {days} and attribute = 'all' and activity_date = '2025-06-30'"
)
WINDOWS = {"daily": 1, "weekly": 7, "monthly": 28}
LIFECYCLE = (
    "select period_start_date, {column} from marts.fct_lifecycle_counts"
    " where period_grain = 'month' and entity_type = '{entity}' and is_complete"
    " and is_default_definition"
)
REACH = (
    "select feature, {} from marts.fct_feature_reach"
    " where attribute = 'all' and is_default_definition"
)
CRITERIA = "select criterion_id, {} from marts.fct_activation_criteria"
MOVED = (
    "select date_trunc('month', movement_date)::date, sum({sign}mrr_change_amount)"
    " from marts.fct_mrr_movements where movement_type = '{movement}' group by 1"
)
# Contract terms of three months or more that reached their end, but for those that paused.
CAME_UP = "term_months >= 3 and term_outcome in ('renewed', 'late', 'lost') and not is_cut_short"
# What the demo has no case of; unit tests have.
ABSENT = {"late_renewal_mrr"}
ARPA = "sum(mrr_amount) / sum(is_paying::int)"
SHOWN = "case when count(*) >= 10 then {} end"
UNBROKEN = "sum(case when is_uninterrupted then {}_retained_mrr_amount else 0 end)"

# Of each metric: what it is grouped by, and the same numbers read from the marts.
CASES: dict[str, tuple[str, str]] = {
    "active_clients": ("month", PERIODS.format("sum(is_active::int)", MONTHS)),
    "paying_clients": ("month", PERIODS.format("sum(is_paying::int)", MONTHS)),
    "mrr": ("month", PERIODS.format("sum(mrr_amount)", MONTHS)),
    "arr": ("month", PERIODS.format("12 * sum(mrr_amount)", MONTHS)),
    "arpa": ("month", PERIODS.format(ARPA, MONTHS)),
    **{
        prefix + name: (
            grain,
            f"select period_start_date, {column} from marts.fct_client_openings"
            f" where period_grain = '{grain}' and is_complete group by 1",
        )
        for prefix, grain in (("", "month"), ("quarterly_", "quarter"), ("yearly_", "year"))
        for name, column in (
            ("opening_clients", "count(*)"),
            ("churned_clients", "sum(is_churned::int)"),
            ("logo_churn_rate", "avg(is_churned::int)"),
        )
    },
    **{
        name: (
            "month",
            f"select period_start_date, {column} from marts.fct_client_openings"
            " where period_grain = 'month' and is_complete group by 1",
        )
        for name, column in (
            ("opening_mrr", "sum(opening_mrr_amount)"),
            ("opening_churned_mrr", "sum(churned_mrr_amount)"),
            ("opening_contraction_mrr", "sum(contraction_mrr_amount)"),
            ("opening_expansion_mrr", "sum(expansion_mrr_amount)"),
            ("mrr_churn_rate", "sum(churned_mrr_amount) / sum(opening_mrr_amount)"),
            ("mrr_contraction_rate", "sum(contraction_mrr_amount) / sum(opening_mrr_amount)"),
            ("mrr_expansion_rate", "sum(expansion_mrr_amount) / sum(opening_mrr_amount)"),
            (
                "gross_mrr_churn_rate",
                "sum(churned_mrr_amount + contraction_mrr_amount) / sum(opening_mrr_amount)",
            ),
            (
                "net_mrr_churn_rate",
                "sum(churned_mrr_amount + contraction_mrr_amount - expansion_mrr_amount)"
                " / sum(opening_mrr_amount)",
            ),
        )
    },
    **{
        name: (
            "month",
            f"select period_month, {column} from marts.fct_client_retained_mrr"
            " where period_number = 12 group by 1",
        )
        for name, column in (
            ("base_clients", "count(*)"),
            ("retained_clients_12m", "sum(is_retained::int)"),
            ("annual_logo_retention", "avg(is_retained::int)"),
            ("annual_logo_churn_rate", "avg((not is_retained)::int)"),
            ("unbroken_net_retained_mrr", UNBROKEN.format("net")),
            ("unbroken_gross_retained_mrr", UNBROKEN.format("gross")),
            (
                "unbroken_net_revenue_retention",
                UNBROKEN.format("net") + " / sum(base_mrr_amount)",
            ),
            (
                "unbroken_gross_revenue_retention",
                UNBROKEN.format("gross") + " / sum(base_mrr_amount)",
            ),
        )
    },
    "base_mrr": ("month", PERIODS.format("sum(base_mrr_amount)", MONTHS)),
    "net_retained_mrr": ("month", PERIODS.format("sum(net_retained_mrr_amount)", MONTHS)),
    "gross_retained_mrr": ("month", PERIODS.format("sum(gross_retained_mrr_amount)", MONTHS)),
    "net_revenue_retention": (
        "month",
        PERIODS.format("sum(net_retained_mrr_amount) / nullif(sum(base_mrr_amount), 0)", MONTHS),
    ),
    "gross_revenue_retention": (
        "month",
        PERIODS.format("sum(gross_retained_mrr_amount) / nullif(sum(base_mrr_amount), 0)", MONTHS),
    ),
    **{
        f"{name}_active_{entity}s": (
            "day",
            DAYS.format(column=f"active_{entity}_count", entity=entity, days=days),
        )
        for entity in ("client", "user")
        for name, days in (("daily", 1), ("weekly", 7), ("monthly", 28))
    },
    **{
        f"{entity}_{name}": ("day", DAYS.format(column=column, entity=entity, days=28))
        for entity in ("client", "user")
        for name, column in (("stickiness", "stickiness_rate"), ("active_days", "active_day_count"))
    },
    **{
        f"{name}_active_{entity}s_by_definition": (
            f"active_{entity}_day__definition_id",
            BY_DEFINITION.format(entity=entity, days=days),
        )
        for name, days in WINDOWS.items()
        for entity in ("client", "user")
    },
    **{
        f"l{days}_{entity}s": (
            "active_days__active_day_count",
            "select active_day_count, entity_count from marts.fct_active_days_distribution"
            f" where window_days = {days} and entity_type = '{entity}'"
            " and is_default_definition and snapshot_date = '2025-06-30'",
        )
        for days in (7, 28)
        for entity in ("client", "user")
    },
    "definition_diff_clients": (
        "definition_diff__missed_reasons",
        "select missed_reasons, count(*) from marts.fct_active_definition_diff"
        " where snapshot_date = '2025-06-30' group by 1",
    ),
    **{
        f"{name}_{entity}s_by_stage": (
            "lifecycle_stage__lifecycle_status",
            "select lifecycle_status, count(*) from marts.fct_lifecycle"
            f" where period_grain = '{grain}' and entity_type = '{entity}'"
            f" and is_default_definition and period_start_date = '{start}' group by 1",
        )
        for name, grain, start in (
            ("daily", "day", "2025-06-30"),
            ("weekly", "week", "2025-06-23"),
        )
        for entity in ("client", "user")
    },
    **{
        f"{name}_{entity}s": ("month", LIFECYCLE.format(column=column, entity=entity))
        for entity in ("client", "user")
        for name, column in (
            ("new_active", "new_count"),
            ("retained_active", "retained_count"),
            ("resurrected", "resurrected_count"),
            ("dormant", "dormant_count"),
            ("inactive", "inactive_count"),
        )
    },
    **{
        name: (
            "day",
            "select week_start_date, count(*) from marts.fct_client_engagement"
            f" where engagement_trend = '{trend}' and is_default_definition group by 1",
        )
        for name, trend in (
            ("falling_clients", "falling"),
            ("steady_clients", "steady"),
            ("rising_clients", "rising"),
            ("clients_without_usage", "silent"),
        )
    },
    **{
        name: ("client_feature__feature", REACH.format(column))
        for name, column in (
            ("entitled_clients", "entitled_client_count"),
            ("adopting_clients", "adopter_count"),
            ("feature_reach_rate", "reach_rate"),
            ("retained_adopters", "retained_adopter_count"),
            ("retained_adoption_rate", "retained_adoption_rate"),
            ("entitled_features", "entitled_client_count"),
            ("adopted_features", "adopter_count"),
            ("feature_breadth_rate", "reach_rate"),
            ("adopter_active_days", "round(active_days_per_adopter * adopter_count)"),
            ("feature_depth", "active_days_per_adopter"),
            ("clients_with_unentitled_use", "unentitled_client_count"),
        )
    },
    **{
        name: ("activation_judgement__criterion_id", CRITERIA.format(column))
        for name, column in (
            ("activation_eligible_clients", "eligible_count"),
            ("activated_clients", "activated_count"),
            ("activation_rate", "activation_rate"),
            ("activated_outcome_clients", "activated_outcome_count"),
            ("activated_retained_clients", "activated_retained_count"),
            ("activated_retention_rate", "activated_retained_count / activated_outcome_count"),
            ("other_outcome_clients", "other_outcome_count"),
            ("other_retained_clients", "other_retained_count"),
            ("other_retention_rate", "other_retained_count / other_outcome_count"),
            ("activation_lift", "retention_lift"),
        )
    },
    "median_days_to_value": (
        "criterion__criterion_id",
        CRITERIA.format("median_days_to_value"),
    ),
    "median_days_to_adopt": (
        "reached_feature__feature",
        REACH.format("median_days_to_adopt"),
    ),
    **{
        name: (
            "onboarding_step__step_number",
            f"select step_number, {column} from marts.fct_onboarding_funnel group by 1",
        )
        for name, column in (
            ("onboarding_clients", "sum(eligible_count)"),
            ("onboarded_clients", "sum(reached_count)"),
            ("onboarding_rate", "sum(reached_count) / sum(eligible_count)"),
        )
    },
    **{
        f"{name}_mrr": ("month", MOVED.format(sign=sign, movement=movement))
        for name, sign, movement in (
            ("new", "", "new"),
            ("reactivation", "", "reactivation"),
            ("expansion", "", "expansion"),
            ("contraction", "-", "contraction"),
            ("churned", "-", "churn"),
            ("fx", "", "fx"),
        )
    },
    "net_new_mrr": (
        "month",
        "select date_trunc('month', movement_date)::date, sum(mrr_change_amount)"
        " from marts.fct_mrr_movements group by 1",
    ),
    "quick_ratio": (
        "month",
        "select date_trunc('month', movement_date)::date,"
        " sum(case when movement_type in ('new', 'reactivation', 'expansion')"
        " then mrr_change_amount else 0 end)"
        " / nullif(-sum(case when movement_type in ('contraction', 'churn')"
        " then mrr_change_amount else 0 end), 0) from marts.fct_mrr_movements group by 1",
    ),
    **{
        name: (
            "retention_cell__period_number",
            f"select period_number, {column} from marts.fct_usage_retention_curve"
            f" where retention_id = '{retention_id}' and retention_method = '{method}'"
            " and attribute = 'all'",
        )
        for name, column, retention_id, method in (
            ("eligible_clients", "eligible_count", "client_month", "on"),
            ("retained_clients", "retained_count", "client_month", "on"),
            ("usage_retention_rate", "retention_rate", "client_month", "on"),
            ("unbounded_retained_clients", "retained_count", "client_month", "unbounded"),
            ("unbounded_usage_retention_rate", "retention_rate", "client_month", "unbounded"),
            ("eligible_users", "eligible_count", "user_week", "on"),
            ("retained_users", "retained_count", "user_week", "on"),
            ("user_retention_rate", "retention_rate", "user_week", "on"),
            ("rolling_retained_clients", "retained_count", "client_month", "rolling"),
            ("rolling_usage_retention_rate", "retention_rate", "client_month", "rolling"),
            ("bracket_eligible_clients", "eligible_count", "client_month", "bracket"),
            ("bracket_retained_clients", "retained_count", "client_month", "bracket"),
            ("bracket_usage_retention_rate", "retention_rate", "client_month", "bracket"),
        )
    },
    **{
        f"{name}_by_attribute": (
            "retention_cell__attribute_value",
            f"select attribute_value, {column} from marts.fct_usage_retention_curve"
            " where retention_id = 'client_month' and retention_method = 'on' group by 1",
        )
        for name, column in (
            ("eligible_clients", "sum(eligible_count)"),
            ("retained_clients", "sum(retained_count)"),
            ("usage_retention_rate", "sum(retained_count) / sum(eligible_count)"),
        )
    },
    **{
        f"{name}_by_analysis": (
            "retention_cell__retention_id",
            f"select retention_id, {column} from marts.fct_usage_retention_curve"
            " where retention_method = 'on' and attribute = 'all' group by 1",
        )
        for name, column in (
            ("eligible", "sum(eligible_count)"),
            ("retained", "sum(retained_count)"),
            ("retention_rate", "sum(retained_count) / sum(eligible_count)"),
        )
    },
    **{
        name: (
            "client__segment",
            f"select segment, {column} from marts.fct_client_lifetime_value"
            " join marts.dim_clients using (client_id) group by 1",
        )
        for name, column in (
            ("total_historical_clv", "sum(historical_clv_amount)"),
            ("clients_valued", "count(*)"),
            ("historical_clv", "sum(historical_clv_amount) / count(*)"),
            ("total_residual_clv", "sum(residual_clv_amount)"),
            ("total_clv", "sum(total_clv_amount)"),
            ("clients_projected", "count(total_clv_amount)"),
            ("client_lifetime_value", "sum(total_clv_amount) / count(total_clv_amount)"),
            ("expected_churned_mrr", "sum(expected_churned_mrr_amount)"),
        )
    },
    **{
        name: (
            "survival_cell__term_number",
            f"select term_number, {column} from marts.fct_survival"
            " where segmentation = 'all' and spell_scope = 'first' group by 1",
        )
        for name, column in (
            ("due_renewals", "sum(at_risk_count)"),
            ("made_renewals", "sum(at_risk_count - churned_count)"),
            (
                "term_retention_rate",
                "sum(at_risk_count - churned_count) / nullif(sum(at_risk_count), 0)",
            ),
        )
    },
    **{
        name: (
            "clv_cell__age_months",
            f"select age_months, {column} from marts.fct_clv_cohorts group by 1",
        )
        for name, column in (
            ("cohort_margin_at_age", "sum(margin_amount)"),
            ("cohort_clients_at_age", "sum(eligible_count)"),
            ("margin_per_client_at_age", "sum(margin_amount) / sum(eligible_count)"),
        )
    },
    **{
        name: (
            "month",
            "select date_trunc('month', snapshot_date)::date, " + column + " from"
            " (select *, rank() over (partition by date_trunc('month', snapshot_date)"
            " order by snapshot_date desc) as recency from marts." + mart + ")"
            " where recency = 1 group by 1",
        )
        for name, mart, column in (
            ("scored_clients", "fct_client_health", "count(*)"),
            ("healthy_clients", "fct_client_health", "sum((health_band = 'green')::int)"),
            ("unhealthy_clients", "fct_client_health", "sum((health_band = 'red')::int)"),
            ("healthy_client_rate", "fct_client_health", "avg((health_band = 'green')::int)"),
            ("expected_churned_clients", "fct_client_churn_risk", "sum(churn_probability)"),
            ("at_risk_mrr", "fct_client_churn_risk", "sum(at_risk_mrr_amount)"),
        )
    },
    **{
        name: (
            "month",
            f"select date_trunc('month', first_seen_date)::date, {column}"
            " from marts.fct_client_alerts group by 1",
        )
        for name, column in (
            ("alerts", "sum(is_raised::int)"),
            ("open_alerts", "sum((is_open and is_raised)::int)"),
            ("judged_alerts", "count(churned_count)"),
            ("true_alerts", "sum(coalesce(churned_count, 0))"),
            ("alert_precision", "avg(churned_count)"),
        )
    },
    **{
        name: (
            "month",
            f"select date_trunc('month', {day})::date, {column} from marts.{mart}"
            f" where {condition} group by 1",
        )
        for name, mart, day, column, condition in (
            (
                "judged_clients",
                "fct_health_backtest",
                "origin_date",
                "sum(client_count)",
                "score_name = 'health_score' and origin <> 'all'",
            ),
            (
                "judged_churned_clients",
                "fct_health_backtest",
                "origin_date",
                "sum(churned_count)",
                "score_name = 'health_score' and origin <> 'all'",
            ),
            ("open_opportunities", "fct_opportunities", "snapshot_date", "count(*)", "true"),
            (
                "opportunity_value",
                "fct_opportunities",
                "snapshot_date",
                "sum(expected_value_amount)",
                "true",
            ),
            (
                "due_actions",
                "fct_next_best_actions",
                "snapshot_date",
                "count(*)",
                "action_status = 'due'",
            ),
        )
    },
    **{
        name: (
            "month",
            f"select period_month, {column} from marts.fct_nps where attribute = 'all'"
            " and unit_of_count = 'per_response' and survey_purpose = 'relational'",
        )
        for name, column in (
            ("nps_point_sum", "100 * (promoter_count - detractor_count)"),
            ("nps_responses", "response_count"),
            (
                "net_promoter_score",
                "case when response_count >= 10"
                " then 100.0 * (promoter_count - detractor_count) / response_count end",
            ),
            ("shown_from_responses", "10"),
        )
    },
    **{
        name: (
            "month",
            f"select date_trunc('month', sent_date)::date, {column}"
            " from marts.fct_survey_invitations group by 1",
        )
        for name, column in (
            ("delivered_invitations", "sum(is_delivered::int)"),
            ("answered_invitations", "sum(is_answered::int)"),
            ("closed_invitations", "sum((is_delivered and is_closed)::int)"),
            ("answered_closed_invitations", "sum((is_answered and is_closed)::int)"),
            (
                "survey_response_rate",
                "sum((is_answered and is_closed)::int)"
                " / nullif(sum((is_delivered and is_closed)::int), 0)",
            ),
        )
    },
    **{
        name: (
            "year",
            "select date_trunc('year', responded_date)::date, "
            f"{column} from marts.fct_survey_responses where survey_type = '{kind}' group by 1",
        )
        for name, kind, column in (
            ("csat_responses", "csat", "count(*)"),
            ("satisfied_responses", "csat", "sum((score >= 4)::int)"),
            ("csat", "csat", SHOWN.format("avg((score >= 4)::int)")),
            ("ces_responses", "ces", "count(*)"),
            ("easy_responses", "ces", "sum((score >= 5)::int)"),
            ("easy_response_rate", "ces", SHOWN.format("avg((score >= 5)::int)")),
            ("ces_score_sum", "ces", "sum(score)"),
            ("customer_effort_score", "ces", SHOWN.format("avg(score)")),
        )
    },
    "theme_mentions": (
        "feedback_theme__theme",
        "select theme, count(*) from marts.fct_feedback_themes group by 1",
    ),
    **{
        name: (
            "month",
            f"select date_trunc('month', {date})::date, {column} from marts.{mart} group by 1",
        )
        for mart, date, columns in (
            (
                "dim_clients",
                "created_date",
                {
                    "new_clients": "sum((not is_internal)::int)",
                    "referred_clients": "sum((is_referred and not is_internal)::int)",
                    "referred_client_share": "sum((is_referred and not is_internal)::int)"
                    " / nullif(sum((not is_internal)::int), 0)",
                },
            ),
            (
                "fct_feedback_loop",
                "responded_date",
                {
                    "unhappy_responses": "count(*)",
                    "closable_feedback": "sum(is_loop_elapsed::int)",
                    "closed_feedback": "sum((is_loop_elapsed and is_acknowledged)::int)",
                    "feedback_closure_rate": "avg(is_acknowledged::int)"
                    " filter (where is_loop_elapsed)",
                    "feedback_due": "sum(is_sla_elapsed::int)",
                    "feedback_in_sla": "sum((is_sla_elapsed and is_in_sla)::int)",
                    "feedback_sla_rate": "avg(is_in_sla::int) filter (where is_sla_elapsed)",
                    "replied_feedback": "sum(is_acknowledged::int)",
                    "feedback_reply_hours": "sum(reply_hours)",
                    "mean_feedback_reply_hours": "avg(reply_hours)",
                    "reanswered_feedback": "sum(has_next_response::int)",
                    "recovered_feedback": "sum(is_recovered::int)",
                    "recovery_rate": "avg(is_recovered::int) filter (where has_next_response)",
                    "open_feedback": "sum(is_open::int)",
                    "open_feedback_mrr": "sum(mrr_at_stake_amount)",
                },
            ),
            (
                "fct_tickets",
                "opened_date",
                {
                    "tickets": "count(*)",
                    "answered_tickets": "sum(is_answered::int)",
                    "first_response_business_hours": "sum(first_response_business_hours)",
                    "mean_first_response_hours": "avg(first_response_business_hours)",
                    "resolved_tickets": "sum(is_resolved::int)",
                    "resolution_business_hours": "sum(resolution_business_hours)",
                    "mean_resolution_hours": "avg(resolution_business_hours)",
                    "first_responses_due": "sum(is_first_response_due::int)",
                    "first_responses_in_sla": "sum(is_first_response_in_sla::int)"
                    " filter (where is_first_response_due)",
                    "first_response_sla_rate": "avg(is_first_response_in_sla::int)"
                    " filter (where is_first_response_due)",
                    "resolutions_due": "sum(is_resolution_due::int)",
                    "resolutions_in_sla": "sum(is_resolution_in_sla::int)"
                    " filter (where is_resolution_due)",
                    "resolution_sla_rate": "avg(is_resolution_in_sla::int)"
                    " filter (where is_resolution_due)",
                    "reopened_tickets": "sum(is_reopened::int)",
                },
            ),
            (
                "fct_touchpoints",
                "occurred_date",
                {
                    "touchpoints": "count(*)",
                    "outbound_touchpoints": "sum(is_outbound::int)",
                    "contacted_clients": "count(distinct client_id)",
                },
            ),
            (
                "fct_client_silence",
                "as_of_date",
                {
                    "watched_clients": "count(*)",
                    "silent_clients": "sum(is_silent::int)",
                    "silent_client_rate": "avg(is_silent::int)",
                },
            ),
            (
                "fct_offers",
                "offered_date",
                {
                    "offers": "sum((not is_holdout)::int)",
                    "redeemed_offers": "sum((is_redeemed and not is_holdout)::int)",
                    "offer_redemption_rate": "avg(is_redeemed::int) filter (where not is_holdout)",
                },
            ),
            (
                "fct_referrals",
                "referred_date",
                {
                    "referrals": "count(*)",
                    "mature_referrals": "sum(is_mature::int)",
                    "converted_referrals": "sum((is_mature and is_converted_in_window)::int)",
                    "referral_conversion_rate": "avg(is_converted_in_window::int)"
                    " filter (where is_mature)",
                    "referring_clients": "count(distinct referrer_client_id)",
                },
            ),
            (
                "fct_milestones",
                "milestone_date",
                {
                    "reached_milestones": "sum((milestone_status = 'reached')::int)",
                    "celebratable_milestones": "sum(is_celebration_elapsed::int)",
                    "celebrated_milestones": "sum(is_celebrated::int)"
                    " filter (where is_celebration_elapsed)",
                    "milestone_celebration_rate": "avg(is_celebrated::int)"
                    " filter (where is_celebration_elapsed)",
                },
            ),
        )
        for name, column in columns.items()
    },
    "ticket_backlog": (
        "day",
        "select backlog_date, sum(backlog_count) from marts.fct_ticket_backlog group by 1",
    ),
    "tickets_per_active_user": (
        "month",
        "select period_month, tickets / active_users from (select date_trunc('month', opened_date)"
        "::date as period_month, count(*) as tickets from marts.fct_tickets group by 1)"
        " join (select date_trunc('month', activity_date)::date as period_month,"
        " max_by(active_user_count, activity_date) as active_users"
        " from marts.fct_active_users_daily where window_days = 28 and attribute = 'all'"
        " and is_default_definition"
        " group by 1) using (period_month)",
    ),
    **{
        name: (
            "month",
            f"select period_month, {column} from (select date_trunc('month', referred_date)::date"
            " as period_month, count(*) as referrals, count(distinct referrer_client_id) as"
            " referrers, avg(is_converted_in_window::int) filter (where is_mature) as conversion"
            " from marts.fct_referrals group by 1) join (select period_month,"
            " sum(is_active::int) as active_clients from marts.fct_client_months group by 1)"
            " using (period_month)",
        )
        for name, column in (
            ("referral_participation", "referrers / active_clients"),
            ("referral_k", "referrals / active_clients * conversion"),
        )
    },
    **{
        name: (
            "raw_load__table_name",
            f"select table_name, {column} from marts.fct_row_dispositions group by 1",
        )
        for name, column in (
            ("raw_rows", "sum(raw_row_count)"),
            ("quarantined_rows", "sum(quarantined_row_count)"),
            ("quarantine_rate", "sum(quarantined_row_count) / sum(raw_row_count)"),
        )
    },
}
CASES |= {
    **{
        name: (
            "forecast_month__month_number",
            f"select month_number, {column} from marts.fct_mrr_forecast",
        )
        for name, column in (
            ("forecast_mrr", "forecast_mrr_amount"),
            ("forecast_mrr_lower", "forecast_mrr_amount_lower"),
            ("forecast_mrr_upper", "forecast_mrr_amount_upper"),
            ("forecast_clients", "forecast_client_count"),
            ("forecast_skill_over_no_change", "no_change_skill"),
            ("forecast_skill_over_same_growth", "same_growth_skill"),
        )
    },
    "mrr_restatements": (
        "month",
        "select period_month, sum(mrr_change_amount) from marts.fct_restatements group by 1",
    ),
    "contract_mrr": ("month", PERIODS.format("sum(contract_mrr_amount)", MONTHS)),
    "paid_seats": ("month", PERIODS.format("sum(seat_count)", MONTHS)),
    "incomparable_base_mrr": ("month", PERIODS.format("sum(incomparable_base_mrr_amount)", MONTHS)),
    "constant_net_new_mrr": (
        "month",
        "select date_trunc('month', movement_date)::date, sum(constant_mrr_change_amount)"
        " from marts.fct_mrr_movements group by 1",
    ),
    **{
        f"{part}_driven_mrr": (
            "month",
            f"select date_trunc('month', movement_date)::date, sum({part}_change_amount)"
            " from marts.fct_mrr_movements group by 1",
        )
        for part in ("seat", "price", "plan", "discount")
    },
    **{
        f"{kind}_mrr": (
            "month",
            f"select date_trunc('month', movement_date)::date, sum({sign}mrr_change_amount)"
            f" from marts.fct_mrr_movements where plan_change_type = '{kind}' group by 1",
        )
        for kind, sign in (("upgrade", ""), ("downgrade", "-"))
    },
    **{
        name: (
            "revenue_retention_cell__period_number",
            f"select period_number, {column} from marts.fct_revenue_retention"
            " where retention_type = 'cohort' and reactivation_policy = 'counted' group by 1",
        )
        for name, column in (
            ("cohort_clients", "sum(base_client_count)"),
            ("cohort_retained_clients", "sum(retained_client_count)"),
            ("logo_retention_rate", "sum(retained_client_count) / sum(base_client_count)"),
            ("cohort_base_mrr", "sum(base_mrr_amount)"),
            ("cohort_net_retained_mrr", "sum(net_retained_mrr_amount)"),
            ("cohort_gross_retained_mrr", "sum(gross_retained_mrr_amount)"),
            ("cohort_net_retention", "sum(net_retained_mrr_amount) / sum(base_mrr_amount)"),
            ("cohort_gross_retention", "sum(gross_retained_mrr_amount) / sum(base_mrr_amount)"),
        )
    },
    **{
        name: (
            "month",
            f"select date_trunc('month', {day})::date, {column} from marts.{mart}"
            f" where {where} group by 1",
        )
        for name, mart, day, column, where in (
            ("available_mrr", "fct_renewals", "term_end_date", "sum(available_mrr_amount)",
             CAME_UP),
            ("renewed_mrr", "fct_renewals", "term_end_date", "sum(retained_mrr_amount)", CAME_UP),
            ("renewal_rate", "fct_renewals", "term_end_date",
             "sum(retained_mrr_amount) / sum(available_mrr_amount)", CAME_UP),
            *(
                (metric, "fct_renewals", "term_end_date", "sum(available_mrr_amount)",
                 f"term_months >= 3 and term_outcome = '{outcome}'")
                for metric, outcome in (
                    ("late_renewal_mrr", "late"),
                    ("paused_term_mrr", "paused"),
                    ("early_terminated_mrr", "terminated_early"),
                    ("lost_renewal_mrr", "lost"),
                )
            ),
            ("contracted_loss_mrr", "fct_contracted_losses", "ends_date", "sum(lost_mrr_amount)",
             "true"),
            ("contracted_churns", "fct_contracted_losses", "ends_date",
             "sum((left_mrr_amount = 0)::int)", "true"),
            ("upcoming_renewals", "fct_renewals", "term_end_date", "count(*)", "is_upcoming"),
            ("mrr_at_stake", "fct_renewals", "term_end_date", "sum(available_mrr_amount)",
             "is_upcoming"),
            ("churns", "fct_client_churns", "churn_date", "count(*)", "true"),
            ("won_back_churns", "fct_client_churns", "churn_date", "sum(is_won_back::int)", "true"),
            ("win_back_rate", "fct_client_churns", "churn_date",
             "sum(is_won_back::int) / count(*)", "true"),
            ("lost_client_mrr", "fct_client_churns", "churn_date", "sum(lost_mrr_amount)", "true"),
            ("voluntary_churns", "fct_client_churns", "churn_date", "count(*)",
             "churn_type = 'voluntary'"),
            ("involuntary_churns", "fct_client_churns", "churn_date", "count(*)",
             "churn_type = 'involuntary'"),
            ("involuntary_churn_rate", "fct_client_churns", "churn_date",
             "nullif(sum((churn_type = 'involuntary')::int), 0) / count(*)", "true"),
            ("win_back_time", "fct_client_churns", "churn_date", "avg(win_back_days)", "true"),
            ("tenure_at_churn", "fct_client_churns", "churn_date", "avg(tenure_days)", "true"),
            *(
                (name, "fct_mrr_invoice_reconciliation", "period_month", f"sum({column})", "true")
                for name, column in (
                    ("invoice_difference", "difference_amount"),
                    ("not_invoiced_mrr", "not_invoiced_amount"),
                    ("voided_mrr", "voided_amount"),
                    ("invoiced_without_mrr", "invoiced_without_mrr_amount"),
                    ("changed_in_term_mrr", "changed_in_term_amount"),
                    ("invoiced_otherwise_mrr", "invoiced_otherwise_amount"),
                )
            ),
            ("billed_revenue", "fct_invoices", "issued_date", "sum(billed_amount)", "true"),
            ("collected_revenue", "fct_invoices", "settled_date", "sum(collected_amount)",
             "settled_date is not null"),
            ("refunded_revenue", "fct_invoices", "settled_date", "sum(refunded_amount)",
             "settled_date is not null"),
            ("overdue_revenue", "fct_invoices", "issued_date", "sum(overdue_amount)", "true"),
            ("billed_mrr", "fct_mrr_invoice_reconciliation", "period_month",
             "sum(billed_mrr_amount)", "true"),
            ("invoiced_mrr", "fct_mrr_invoice_reconciliation", "period_month",
             "sum(invoiced_mrr_amount)", "true"),
            ("invoice_coverage_rate", "fct_mrr_invoice_reconciliation", "period_month",
             "sum(invoiced_mrr_amount) / sum(billed_mrr_amount)", "true"),
            ("reported_mrr", "fct_reported_mrr", "period_month", "sum(reported_mrr_amount)",
             "true"),
            ("restated_mrr", "fct_reported_mrr", "period_month", "sum(restated_mrr_amount)",
             "true"),
        )
    },
}  # fmt: skip
GRAINS = {grain: f"metric_time__{grain}" for grain in ("day", "month", "quarter", "year")}


@pytest.fixture(scope="module")
def engine(built: Built) -> Engine:
    with open_published(built.published) as connection:
        return load_engine(connection)


def numbers(rows: Iterable[tuple[Any, ...]]) -> dict[str, float]:
    """Value by group; a group without a value is as good as none, two of one name are not one."""
    valued = [(key, float(value)) for key, value in rows if value is not None]
    found = {str(key.date() if isinstance(key, datetime) else key): value for key, value in valued}
    assert len(found) == len(valued)
    return found


@pytest.mark.parametrize("metric", CASES)
def test_metric_equals_mart(engine: Engine, built: Built, metric: str) -> None:
    group_by, sql = CASES[metric]
    asked = engine.sql(Question(metrics=[metric], group_by=[GRAINS.get(group_by, group_by)]))
    found = numbers(built.project.rows(asked, built.published))
    expected = numbers(built.project.rows(sql, built.published))
    assert bool(expected) == (metric not in ABSENT)
    assert {key: found[key] for key in expected} == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("attribute", ["segment", "entitled_plan", "owner"])
@pytest.mark.parametrize("entity", ["client", "user"])
def test_actives_by_an_attribute_are_those_of_the_mart(
    engine: Engine, built: Built, entity: str, attribute: str
) -> None:
    names = [f"{window}_active_{entity}s" for window in WINDOWS]
    asked = engine.sql(Question(names, [f"client__{attribute}", "metric_time__day"]))
    found = {(v, d.date()): counts for v, d, *counts in built.project.rows(asked, built.published)}
    expected = built.project.rows(
        f"select attribute_value, activity_date, window_days, active_{entity}_count"
        f" from marts.fct_active_{entity}s_daily"
        f" where attribute = '{attribute}' and is_default_definition",
        built.published,
    )
    places = {days: place for place, days in enumerate(WINDOWS.values())}
    assert len(expected) > 1000
    for value, day, days, count in expected:
        assert found.get((value, day), [0, 0, 0])[places[days]] == count, (value, day, days)


def test_every_metric_is_compared(engine: Engine) -> None:
    assert set(engine.metric_names()) == set(CASES)
