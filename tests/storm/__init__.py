"""The delivery engine as processes of its own, in everything that can befall it."""
