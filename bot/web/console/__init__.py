"""The console: what staff, educators and evaluators do by command, as pages to sign in to."""
