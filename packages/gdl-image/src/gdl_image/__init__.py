"""Images: nothing is here yet but the domain's name; see the package's README for what is coming."""
