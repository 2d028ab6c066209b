"""What staff write: files, checks and wording, and how a touch looks."""
