"""Pictures that boxes send: taken piece by piece, verified whole, kept by their content, within bounds."""
