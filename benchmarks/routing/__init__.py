"""Travel times side by side with the engines people would otherwise pick."""
