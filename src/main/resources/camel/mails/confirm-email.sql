SELECT * FROM confirm_email(:?presented_hash)
