CREATE VIEW fact_readers AS
SELECT m.comment_key AS comment_key, m.entity_key AS entity_key, m.topic_key AS topic_key,
       m.date_key AS date_key, coalesce(m.readers, 0) AS readers, m.entity_count AS entity_counter
FROM fact_mention AS m;

CREATE VIEW dim_saga AS
SELECT t.topic_key AS saga_key, t.name AS name
FROM dim_topic AS t
WHERE t.topic_key > 0;
