-- Texts without a word, and how many readers they had, by post.
SELECT q.post_key AS post_key, q.post_id AS post_id, q.texts AS texts, q.readers_sum AS readers_sum
FROM (
    SELECT o.post_key AS post_key, o.post_id AS post_id, count(*) AS texts,
           CAST(sum(coalesce(f.readers, 0)) AS BIGINT) AS readers_sum
    FROM fact_empty AS f
    JOIN dim_post AS o ON o.post_key = f.post_key
    GROUP BY o.post_key, o.post_id
) AS q
ORDER BY post_key;
