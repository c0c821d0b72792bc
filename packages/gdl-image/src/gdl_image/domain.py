"""What the entry point `image` names: a domain that has a name and nothing else yet."""

from gdl_core.domains import Domain

DOMAIN = Domain(name="image", summary="new pictures, as PNG files", object_name="image")
