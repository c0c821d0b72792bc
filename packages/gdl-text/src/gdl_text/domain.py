"""What the entry point `text` names: a domain that has a name and nothing else yet."""

from gdl_core.domains import Domain

DOMAIN = Domain(name="text", summary="new text", object_name="text")
