-- count-refusals: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_from TIMESTAMP;

SELECT code, SUM(calls) AS calls
FROM refusals
WHERE minute >= p_from
GROUP BY code
ORDER BY calls DESC, code;
