"""Units, crews, skills, equipment, shifts, stock, positions and contractors."""
