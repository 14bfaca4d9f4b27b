"""Makes grades, questions and passages ready to show. Prints nothing and decides no mark."""
