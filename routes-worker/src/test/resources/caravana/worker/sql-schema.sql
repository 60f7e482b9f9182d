-- The migrated schema, and what of PostgreSQL statements may use, a line each: what the checks know without a database.
SELECT line FROM (
    SELECT 1 AS part, 0 AS place, format('type %s %s %s %s %s', t.typname, t.typcategory, CASE WHEN t.typispreferred THEN 'p' ELSE '-' END, CASE WHEN t.typtype = 'd' THEN b.typname ELSE coalesce(e.typname,'-') END, replace(format_type(t.oid, NULL), ' ', '_')) AS line
    FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' LEFT JOIN pg_type b ON b.oid = t.typbasetype
    WHERE t.typname !~ '^_?(pg_|gtsv|brin|sql_|flyway_)' AND NOT EXISTS (SELECT 1 FROM pg_class c WHERE c.reltype = t.oid AND c.relnamespace <> current_schema()::regnamespace) AND t.typnamespace IN ('pg_catalog'::regnamespace, current_schema()::regnamespace)
      AND NOT (t.typcategory = 'A' AND e.typrelid <> 0 AND e.typnamespace <> current_schema()::regnamespace)
    UNION ALL
    SELECT 2, 0, format('cast %s %s %s', s.typname, t.typname, castcontext)
    FROM pg_cast JOIN pg_type s ON s.oid = castsource JOIN pg_type t ON t.oid = casttarget
    WHERE s.typname !~ '^pg_' AND t.typname !~ '^pg_'
    UNION ALL
    SELECT 3, 0, format('operator %s %s %s %s', oprname, coalesce(l.typname, '-'), r.typname, t.typname)
    FROM pg_operator LEFT JOIN pg_type l ON l.oid = oprleft JOIN pg_type r ON r.oid = oprright JOIN pg_type t ON t.oid = oprresult
    WHERE coalesce(l.typname, '') !~ '^pg_' AND r.typname !~ '^pg_'
    UNION ALL
    SELECT 4, 0, format('function %s %s %s%s %s %s %s %s', proname, p.prokind, CASE WHEN proretset THEN 'setof:' ELSE '' END, t.typname, pronargdefaults,
                     CASE WHEN provariadic = 0 THEN '-' ELSE 'v' END,
                     coalesce(nullif((SELECT string_agg(a.typname, ',' ORDER BY o) FROM unnest(p.proargtypes) WITH ORDINALITY x(y, o) JOIN pg_type a ON a.oid = x.y), ''), '-'),
                     coalesce((SELECT string_agg(coalesce(nullif(n, ''), '-') || coalesce(':' || m::text || ':' || (SELECT typname FROM pg_type WHERE oid = ty), ''), ',' ORDER BY o)
                               FROM (SELECT o, n, (p.proargmodes)[o] AS m, (p.proallargtypes)[o] AS ty FROM unnest(p.proargnames) WITH ORDINALITY x(n, o)) named), '-'))
    FROM pg_proc p JOIN pg_type t ON t.oid = p.prorettype
    WHERE p.pronamespace IN ('pg_catalog'::regnamespace, current_schema()::regnamespace)
      AND proname !~ '^(_|pg_(?!sleep|advisory|notify|typeof)|ri_|RI_|bt|gin|gist|brin|spg|hash(?!text)|in_|has_|bpchar|macaddr|tsm_|inet|net|ts_|tsq|tsv|xml|range_|multirange|array_(in|out|recv|send)|poly|circle|box|lseg|path|point|line_|close_|on_|interpt_|lo_|dist_|cash|query_to|table_to|schema_to|cursor_to|database_to|binary_upgrade|amvalidate|rw|set_bit|varbit|oid|tid|xid|cid|name(?!$)|char(?!_length|acter)|bpc|regex|regc|regn|regp|regr|regt|to_reg|currtid|txid|mul_d|float[48][a-z]|int[248][a-z]|numeric_(?!$)|date_(?!part|trunc|bin)|time_|timetz|timestamp_|timestamptz_|interval_|text_|bytea|uuid_(?!extract)|enum_(in|out|send|recv)|record_|jsonb?_(in|out|send|recv|.*transfn|.*finalfn|cmp|eq|ge|gt|hash.*|le|lt|ne)$|void_|trigger_|event_trigger|language_|fdw_|internal_|any)'
      AND proname !~ '(_transfn|_finalfn|_serialize|_deserialize|_combine|_accum|_accum_inv|_support|typmodin|typmodout|_recv|_send|sel|joinsel)$'
      AND NOT EXISTS (SELECT 1 FROM unnest(p.proargtypes) x(y) JOIN pg_type a ON a.oid = x.y WHERE a.typname IN ('internal', 'cstring') OR a.typname ~ '^_?pg_')
      AND t.typname NOT IN ('internal', 'cstring', 'trigger')
    UNION ALL
    SELECT 5, a.attnum, format('column %s %s %s %s', c.relname, a.attname, t.typname,
                     CASE WHEN a.attidentity = 'a' OR a.attgenerated <> '' THEN 'g' WHEN a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND c.relkind = 'r' THEN 'r' ELSE '-' END)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v', 'p') AND c.relname !~ '^flyway_' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 6, 0, format('unique %s %s %s', c.relname, (SELECT string_agg(attname, ',' ORDER BY attname) FROM pg_attribute WHERE attrelid = c.oid AND attnum = ANY (i.indkey)), CASE WHEN indisprimary THEN 'p' WHEN indpred IS NULL THEN '-' ELSE 'w' END)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND indisunique AND indexprs IS NULL AND c.relname !~ '^flyway_'
    UNION ALL
    SELECT DISTINCT 7, 0, format('also %s', proname) FROM pg_proc WHERE proname !~ '^(_|RI_|pg_|bt|gin|gist|brin|spg)'
) lines
ORDER BY part, CASE WHEN part = 5 THEN split_part(line, ' ', 2) END COLLATE "C", place, line COLLATE "C"
