-- Pairs of entities that are mentioned in the same comment, most frequent first.
SELECT place, first_name, second_name, comments
FROM (
    SELECT row_number() OVER (ORDER BY q.comments DESC, q.first_name, q.second_name) AS place,
           q.first_name AS first_name, q.second_name AS second_name, q.comments AS comments
    FROM (
        SELECT a.name AS first_name, b.name AS second_name, count(*) AS comments
        FROM fact_mention AS m
        JOIN fact_mention AS n ON n.comment_key = m.comment_key
        JOIN dim_entity AS a ON a.entity_key = m.entity_key
        JOIN dim_entity AS b ON b.entity_key = n.entity_key
        WHERE m.entity_key < n.entity_key
        GROUP BY a.name, b.name
    ) AS q
) AS ranked
CROSS JOIN parameters AS p
WHERE place <= p.top
ORDER BY place;
