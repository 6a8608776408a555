-- How many readers each topic had in each month, and how its comments felt.
SELECT t.name AS topic, d.month AS month, count(*) AS comments,
       CAST(sum(coalesce(c.readers, 0)) AS BIGINT) AS readers_sum,
       avg(c.score) AS mean_score
FROM fact_comment AS c
JOIN dim_topic AS t ON t.topic_key = c.topic_key
JOIN dim_date AS d ON d.date_key = c.date_key
CROSS JOIN parameters AS p
WHERE d.month >= p.first_month AND d.month <= p.last_month
GROUP BY t.name, d.month
ORDER BY topic, month;
