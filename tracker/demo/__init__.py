"""A small stand-in for the regulator's sites, with files made from published facts."""
