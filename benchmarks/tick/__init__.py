"""One minute later: how fast a plan in force is made anew when a few jobs come and go."""
