"""The preparation plan: what to do on which day, what is due again, what is done. Shows nothing."""
