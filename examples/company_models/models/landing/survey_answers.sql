-- What the survey tool exports, in the columns of feedback.survey_responses.
select * from read_csv('{{ var("landed") }}/survey_responses.csv', all_varchar = true)
