"""What a municipality's server meets: nonsense, full disks, dead names, months of running."""
