"""Work out what the report says: from the roster, the draw, what families did and the results."""
