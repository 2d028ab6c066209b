"""Read what staff write: folders of files, each part again only where it changed."""
