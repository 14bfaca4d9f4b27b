"""Many answers to a file of grades: rows in, run, journal, rows out. Prints nothing, reads no settings."""
