SELECT create_webhook(
           CAST(:?caller.id AS uuid),
           :?webhook.url,
           CAST(:?webhook.types AS text[]),
           CAST(:?webhook.description AS text),
           :?webhook.secret,
           CAST(:?webhook.most AS integer))::text AS id
