"""The translators' desk: what is to be said in each language, handed out, taken in, signed."""
