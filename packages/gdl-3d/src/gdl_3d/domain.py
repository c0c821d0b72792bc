"""What the entry point `3d` names. Light: whatever needs torch or trimesh is named here, and imported on use."""

from gdl_core.domains import Domain

DOMAIN = Domain(
    name="3d",
    summary="new three-dimensional shapes, as meshes",
    object_name="shape",
    representations={
        "occupancy": "gdl_3d.representations.occupancy:Occupancy",
        "distance": "gdl_3d.representations.distance:Distance",
        "points": "gdl_3d.representations.points:SurfacePoints",
        "mesh": "gdl_3d.representations.mesh:MeshTokens",
    },
    recipes="gdl_3d.recipes:RECIPES",
    read="gdl_3d.files:read",
    identity="gdl_3d.shape:identity",
    collection="gdl_3d.shapes:Shapes",
    draw="gdl_3d.draw:grid",
    histograms="gdl_3d.measures:histograms",
    neighbours="gdl_3d.metrics:neighbours",
    evaluate="gdl_3d.metrics:evaluate",
    view="gdl_3d.view:view",
    commands="gdl_3d.commands:register",
    textual=False,
    models="gdl_3d.models",
    default_model="voxel-diffusion",
    labels=("class",),
)
