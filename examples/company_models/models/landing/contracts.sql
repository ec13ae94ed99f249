-- What was signed, in the columns of billing.subscriptions.
select * from read_csv('{{ var("landed") }}/subscriptions.csv', all_varchar = true)
