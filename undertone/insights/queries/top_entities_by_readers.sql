-- The entities whose comments had the most readers.
SELECT place, name, readers_sum, mentions
FROM (
    SELECT row_number() OVER (ORDER BY e2.readers_sum DESC, e2.name) AS place, e2.name AS name,
           e2.readers_sum AS readers_sum, e2.mentions AS mentions
    FROM (
        SELECT e.name AS name, CAST(sum(r.readers) AS BIGINT) AS readers_sum,
               CAST(sum(r.entity_counter) AS BIGINT) AS mentions
        FROM fact_readers AS r
        JOIN dim_entity AS e ON e.entity_key = r.entity_key
        GROUP BY e.name
    ) AS e2
) AS ranked
CROSS JOIN parameters AS p
WHERE place <= p.top
ORDER BY place;
