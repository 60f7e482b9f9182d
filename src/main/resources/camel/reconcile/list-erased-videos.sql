SELECT erased.key AS video_id,
       erased.value AS original_key
FROM erasures
CROSS JOIN LATERAL jsonb_each_text(videos) erased
WHERE erasures.id = CAST(:?erasure_id AS uuid)
