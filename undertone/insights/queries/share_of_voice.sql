-- Each entity's share of all mentions, by month.
SELECT q.month AS month, q.name AS name, q.mentions AS mentions,
       q.mentions * 1.0 / a.all_mentions AS share
FROM (
    SELECT d.month AS month, e.name AS name, CAST(sum(m.entity_count) AS BIGINT) AS mentions
    FROM fact_mention AS m
    JOIN dim_entity AS e ON e.entity_key = m.entity_key
    JOIN dim_date AS d ON d.date_key = m.date_key
    GROUP BY d.month, e.name
) AS q
JOIN (
    SELECT d.month AS month, CAST(sum(m.entity_count) AS BIGINT) AS all_mentions
    FROM fact_mention AS m
    JOIN dim_date AS d ON d.date_key = m.date_key
    GROUP BY d.month
) AS a ON a.month = q.month
CROSS JOIN parameters AS p
WHERE q.month >= p.first_month AND q.month <= p.last_month
ORDER BY month, mentions DESC, name;
