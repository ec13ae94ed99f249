-- What the CRM calls an account, in the columns of crm.clients.
select * from read_csv('{{ var("landed") }}/clients.csv', all_varchar = true)
