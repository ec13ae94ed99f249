-- What the product logs, in the columns of product.usage_events.
select * from read_csv('{{ var("landed") }}/usage_events.csv', all_varchar = true)
