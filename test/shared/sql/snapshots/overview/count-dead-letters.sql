-- count-dead-letters: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_from TIMESTAMP;

SELECT COUNT(DISTINCT message_id) AS messages, MAX(given_up_at) AS last_at
FROM dead_letters
WHERE given_up_at >= p_from;
