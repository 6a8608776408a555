-- What is felt towards each entity (its clauses), and in its whole comments, by week.
SELECT e.name AS name, d.week AS week, count(*) AS comments,
       avg(m.score) AS mean_score, avg(m.comment_score) AS mean_comment_score
FROM fact_mention AS m
JOIN dim_entity AS e ON e.entity_key = m.entity_key
JOIN dim_date AS d ON d.date_key = m.date_key
CROSS JOIN parameters AS p
WHERE d.month >= p.first_month AND d.month <= p.last_month
GROUP BY e.name, d.week
ORDER BY name, week;
