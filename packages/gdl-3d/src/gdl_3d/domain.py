"""What the entry point `3d` names: a domain that has a name and nothing else yet."""

from gdl_core.domains import Domain

DOMAIN = Domain(name="3d", summary="new three-dimensional shapes, as meshes", object_name="shape")
