"""What families hold on paper: cards, letters, posters and booklets, as PDF."""
