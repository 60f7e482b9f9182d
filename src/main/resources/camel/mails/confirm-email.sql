SELECT email_address, former_address FROM confirm_email(:?presented_hash)
