"""What the history says: trends by grader, noise, gaps, what is never practised. Shows nothing."""
