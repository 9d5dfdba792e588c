"""Days on the virtual clock, paired by seed: policies beside each other and a clairvoyant."""
