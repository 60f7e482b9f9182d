SELECT save_preset(
           CAST(:?caller.id AS uuid),
           :?preset.name,
           CAST(:?preset.transformations AS jsonb),
           CAST(:?preset.most AS integer)) AS outcome
