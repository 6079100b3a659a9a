"""The vendors behind the ports; nothing else imports them."""
