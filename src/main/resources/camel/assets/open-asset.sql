-- Gives the asset its row, when the account may have one more. It is listed once its object is stored.
SELECT open_asset(
           CAST(:?caller.id AS uuid),
           CAST(:?asset.document AS jsonb),
           CAST(:?asset.most AS integer)) AS outcome
