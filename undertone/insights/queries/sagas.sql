-- For each saga (a topic), how many readers read of which character, and how often it is named.
SELECT s.name AS saga, e.name AS name, CAST(sum(r.readers) AS BIGINT) AS readers_sum,
       CAST(sum(r.entity_counter) AS BIGINT) AS mentions
FROM fact_readers AS r
JOIN dim_saga AS s ON s.saga_key = r.topic_key
JOIN dim_entity AS e ON e.entity_key = r.entity_key
GROUP BY s.name, e.name
ORDER BY saga, readers_sum DESC, name;
