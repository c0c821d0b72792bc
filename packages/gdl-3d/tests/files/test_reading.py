"""Files of every kind are read, and hostile ones are named, in bounded time and memory."""

import base64
import io
import json
import struct
import zipfile
from itertools import pairwise

import numpy as np
import pytest
import trimesh

from gdl_3d.files import read, read_shape, write_shape
from gdl_3d.shape import Shape
from gdl_core.errors import InputError, UsageError

BOX = trimesh.creation.box((1, 2, 3))
TRIANGLE = b"v 0 0 0\nv 1 0 0\nv 0 1 0\n"


def written(folder, name, data):
    place = folder / name
    place.write_bytes(data.encode() if isinstance(data, str) else data)
    return place


@pytest.mark.parametrize("kind", ["obj", "stl", "ply", "off", "glb"])
def test_what_trimesh_writes_is_read(kind, tmp_path):
    data = BOX.export(file_type=kind)
    shape = read_shape(written(tmp_path, f"box.{kind}", data))
    assert sorted(shape.extents.round(5)) == [1, 2, 3]
    assert shape.to_trimesh().volume == pytest.approx(6)
    assert len(shape.faces) == 12


def test_an_ascii_stl_and_an_ascii_ply_are_read(tmp_path):
    text = BOX.export(file_type="stl_ascii")
    assert len(read_shape(written(tmp_path, "box.stl", text)).faces) == 12
    ply = BOX.export(file_type="ply", encoding="ascii")
    assert read_shape(written(tmp_path, "box.ply", ply)).to_trimesh().volume == pytest.approx(6)


@pytest.mark.parametrize("kind", ["glb", "stl", "obj", "ply", "npz"])
def test_a_shape_survives_each_kind_of_file(kind, shapes, tmp_path):
    for name, shape in shapes.items():
        back = read_shape(write_shape(shape, tmp_path / f"{name}.{kind}"))
        assert back.extents == pytest.approx(shape.extents, abs=1e-6)
        assert len(back.faces) == len(shape.faces)
        assert back.to_trimesh().volume == pytest.approx(shape.to_trimesh().volume, rel=1e-5)
        again = trimesh.load(tmp_path / f"{name}.{kind}", force="mesh") if kind != "npz" else back.to_trimesh()
        assert again.is_watertight == (name != "sheet")


def test_a_height_makes_an_stl_that_tall_along_z_in_millimetres_and_a_glb_in_metres(tmp_path, shapes):
    stl = trimesh.load(write_shape(shapes["box"], tmp_path / "box.stl", height=50))
    assert stl.extents == pytest.approx([25, 37.5, 50])
    glb = trimesh.load(write_shape(shapes["box"], tmp_path / "box.glb", height=50), force="mesh")
    assert glb.extents == pytest.approx([0.025, 0.05, 0.0375])


def test_a_cloud_survives_ply_and_npz_with_its_normals(tmp_path):
    points = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    cloud = Shape(points, normals=points / np.linalg.norm(points, axis=1, keepdims=True).astype(np.float32))
    for kind in ("ply", "npz"):
        back = read_shape(write_shape(cloud, tmp_path / f"cloud.{kind}"))
        assert back.is_cloud and np.allclose(back.vertices, points) and np.allclose(back.normals, cloud.normals)
    with pytest.raises(UsageError, match=r"\.glb holds surfaces only"):
        write_shape(cloud, tmp_path / "cloud.glb")


@pytest.mark.parametrize("normals", [False, True])
def test_a_cloud_in_a_text_ply_is_read(normals, tmp_path):
    names = ["x", "y", "z", *(["nx", "ny", "nz"] if normals else [])]
    head = "".join(f"property float {name}\n" for name in names)
    rows = "".join(f"{n} 0 0{' 0 1 0' if normals else ''}\n" for n in range(3))
    text = f"ply\nformat ascii 1.0\nelement vertex 3\n{head}end_header\n{rows}"
    cloud = read_shape(written(tmp_path, "cloud.ply", text))
    assert cloud.is_cloud and cloud.vertices.tolist() == [[0, 0, 0], [1, 0, 0], [2, 0, 0]]
    assert (cloud.normals is not None) == normals and (not normals or (cloud.normals == [0, 1, 0]).all())


def test_lines_of_an_obj_file_that_mean_nothing_are_left_out(tmp_path):
    text = TRIANGLE + b"what is this\nf 1 2 3\nf 1 2\nf\nl 1 2\n\xff\xfe\n"
    assert len(read_shape(written(tmp_path, "odd.obj", text)).faces) == 1


def test_obj_faces_may_count_back_have_many_corners_and_name_textures(tmp_path):
    square = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\n"
    for line in ("f 1 2 3 4", "f -4 -3 -2 -1", "f 1/1 2/1 3/1 4/1", "f 1//1 2//1 3//1 4//1 # a face"):
        assert read_shape(written(tmp_path, "square.obj", f"{square}{line}\n")).faces.tolist() == [[0, 1, 2], [0, 2, 3]]


def test_a_face_without_size_is_left_out(tmp_path):
    assert len(read_shape(written(tmp_path, "a.obj", TRIANGLE + b"f 1 2 3\nf 1 1 2\n")).faces) == 1


def ply(vertices, faces, body=b"", form="binary_little_endian"):
    return (
        f"ply\nformat {form} 1.0\nelement vertex {vertices}\nproperty float x\nproperty float y\nproperty float z\n"
        f"element face {faces}\nproperty list uchar int vertex_indices\nend_header\n"
    ).encode() + body


def gltf(**changes):
    data = np.eye(3, dtype="<f4").tobytes()
    document = {
        "asset": {"version": "2.0"},
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
        "bufferViews": [{"buffer": 0, "byteLength": 36}],
        "buffers": [{"byteLength": 36, "uri": "data:;base64," + base64.b64encode(data).decode()}],
    }
    return json.dumps({**document, **changes})


def bomb(name):
    """Return an archive of one file that unpacks to far more than the 1 MB that the test allows."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(4 << 20))
    return file.getvalue()


def liar():
    """Return an npz file whose array claims ten thousand million rows."""
    head, file = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (10**10, 3)})
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("vertices.npy", head.getvalue())
    return file.getvalue()


def model(objects, build=""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("3D/3dmodel.model", f"<model><resources>{objects}</resources><build>{build}</build></model>")
    return file.getvalue()


def part(number):
    return f'<component objectid="{number}"/>'


def laughs():
    """Return a model of entities that would become a thousand million letters."""
    names = "abcdefg"
    entities = "".join(f'<!ENTITY {b} "{30 * f"&{a};"}">' for a, b in pairwise(names))
    text = f'<!DOCTYPE m [<!ENTITY a "{"a" * 30}">{entities}]><model><object id="&g;"/></model>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("3D/3dmodel.model", text)
    return file.getvalue()


HOSTILE = {
    "nan.obj": (b"v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "not finite"),
    "far.obj": (b"v 1e308 0 0\nv -1e308 0 0\nv 0 1e308 0\nf 1 2 3\n", "too large"),
    "zero.obj": (TRIANGLE + b"f 0 1 2\n", "counted from 1"),
    "beyond.obj": (TRIANGLE + b"f 1 2 4\n", "names the vertices"),
    "back.obj": (TRIANGLE + b"f -4 -2 -1\n", "names the vertices"),
    "word.obj": (b"v a b c\nf 1 1 1\n", "cannot be read"),
    "short.obj": (b"v 1 2\nf 1 1 1\n", "2 numbers, not three"),
    "huge.obj": (TRIANGLE + b"f 99999999999999999999 1 2\n", "cannot be read"),
    "nothing.obj": (b"", "the file is empty"),
    "points.obj": (TRIANGLE, "the mesh is empty"),
    "lying.stl": (bytes(80) + struct.pack("<I", 10**9) + bytes(50), "claims 1,000,000,000 faces"),
    "cut.stl": (BOX.export(file_type="stl")[:-20], "cut off"),
    "nan.stl": (bytes(80) + struct.pack("<I", 1) + struct.pack("<12fH", *[float("nan")] * 12, 0), "not finite"),
    "flat.stl": (bytes(80) + struct.pack("<I", 1) + bytes(50), "the mesh is empty"),
    "head.stl": (b"abc", "shorter than the head"),
    "cut-text.stl": (b"solid a\nfacet\nvertex 0 0 0\nvertex 1 0 0\n", "cut off"),
    "lying.ply": (ply(10**9, 1, bytes(100)), "claims 1,000,000,000 vertex"),
    "faces.ply": (ply(1, 10**9, bytes(100)), "claims 1,000,000,000 face"),
    "cut.ply": (BOX.export(file_type="ply")[:-30], "cut off|cannot be read"),
    "text.ply": (ply(10**9, 1, b"0 0 0\n", "ascii"), "claims 1,000,000,000 vertex"),
    "index.ply": (ply(3, 1, bytes(36) + struct.pack("<B3i", 3, 0, 1, 7)), "names the vertices"),
    "nan.ply": (ply(3, 1, struct.pack("<9f", *[float("nan")] * 9) + struct.pack("<B3i", 3, 0, 1, 2)), "not finite"),
    "head.ply": (b"plx\n", "does not begin"),
    "lying.off": (b"OFF\n1000000000 1000000000 0\n0 0 0\n", "claims 2,000,000,000"),
    "head.off": (b"0 0 0\n", "does not begin with OFF"),
    "corners.off": (b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n999999999 0 1 2\n", "claims 999999999 corners and has 3"),
    "index.off": (b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 9\n", "names the vertices"),
    "outside.gltf": (gltf(buffers=[{"byteLength": 36, "uri": "../../etc/passwd"}]), "not in its folder"),
    "absolute.gltf": (gltf(buffers=[{"byteLength": 36, "uri": "/etc/passwd"}]), "not in its folder"),
    "network.gltf": (gltf(buffers=[{"byteLength": 36, "uri": "http://a.example/b.bin"}]), "not in its folder"),
    "ring.gltf": (gltf(nodes=[{"mesh": 0, "children": [0]}]), "in a ring"),
    "lying.gltf": (
        gltf(accessors=[{"bufferView": 0, "componentType": 5126, "count": 10**9, "type": "VEC3"}]),
        "outside of its buffer",
    ),
    "buffer.gltf": (gltf(buffers=[{"byteLength": 10**12, "uri": "data:;base64,AAAA"}]), "claims 1,000,000,000,000"),
    "copies.gltf": (gltf(nodes=[{"mesh": 5}]), "damaged"),
    "empty.gltf": (gltf(nodes=[{}]), "no triangles"),
    "text.gltf": (b"{", "damaged"),
    "cut.glb": (BOX.export(file_type="glb")[:-100], "cut off"),
    "noise.glb": (b"glTF" + bytes(range(200)), "cut off|damaged"),
    "no.3mf": (b"PK", "archive is damaged"),
    "bomb.3mf": (bomb("3D/3dmodel.model"), "unpacks to more than"),
    "ring.3mf": (
        model('<object id="1"><components><component objectid="1"/></components></object>', '<item objectid="1"/>'),
        "in a ring",
    ),
    "laughs.3mf": (laughs(), "damaged"),
    "deep.3mf": (
        model(
            "".join(f'<object id="{n}"><components>{2 * part(n + 1)}</components></object>' for n in range(20))
            + '<object id="20"/>',
            '<item objectid="0"/>',
        ),
        "too many",
    ),
    "word.3mf": (model('<object id="1"><mesh><vertex x="a" y="0" z="0"/></mesh></object>'), "damaged"),
    "bomb.npz": (bomb("vertices.npy"), "unpacks to more than"),
    "liar.npz": (liar(), "too much memory|cannot be read"),
    "no.npz": (b"PK\3\4", "cannot be read"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_by_name(name, tmp_path, monkeypatch):
    for module in ("archives", "binary"):
        monkeypatch.setattr(f"gdl_3d.files.{module}.LARGEST_FILE", 1 << 20)
    data, message = HOSTILE[name]
    with pytest.raises(InputError, match=message) as refusal:
        read_shape(written(tmp_path, name, data))
    assert name in str(refusal.value)


def test_an_npz_of_objects_is_never_unpickled(tmp_path):
    file = io.BytesIO()
    np.savez(file, vertices=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="cannot be read"):
        read_shape(written(tmp_path, "objects.npz", file.getvalue()))


def test_a_scene_of_ten_thousand_nodes_becomes_one_mesh(tmp_path):
    nodes = [{"children": list(range(1, 10_000))}, *({"mesh": 0, "translation": [n, 0, 0]} for n in range(1, 10_000))]
    shape = read_shape(written(tmp_path, "scene.gltf", gltf(nodes=nodes)))
    assert len(shape.faces) == 9_999
    assert shape.vertices[:, 0].max() == 10_000


def test_transforms_of_a_scene_are_applied(tmp_path):
    scene = trimesh.Scene()
    turned = trimesh.transformations.rotation_matrix(0.5, (1, 2, 3), (1, 0, 0))
    scene.add_geometry(BOX, transform=turned)
    scene.add_geometry(BOX, transform=trimesh.transformations.translation_matrix((5, 0, 0)))
    shape = read_shape(written(tmp_path, "scene.glb", scene.export(file_type="glb")))
    assert shape.vertices.min(0) == pytest.approx(scene.bounds[0], abs=1e-5)
    assert shape.vertices.max(0) == pytest.approx(scene.bounds[1], abs=1e-5)
    assert shape.to_trimesh().volume == pytest.approx(12, rel=1e-5)


def test_a_buffer_beside_a_gltf_is_opened(tmp_path):
    (tmp_path / "mesh.bin").write_bytes(np.eye(3, dtype="<f4").tobytes())
    text = gltf(buffers=[{"byteLength": 36, "uri": "mesh.bin"}])
    assert len(read_shape(written(tmp_path, "mesh.gltf", text)).faces) == 1


def test_a_chain_of_ten_thousand_nodes_moves_what_hangs_at_its_end(tmp_path):
    nodes = [*({"children": [n + 1], "translation": [1, 0, 0]} for n in range(9_999)), {"mesh": 0}]
    assert read_shape(written(tmp_path, "chain.gltf", gltf(nodes=nodes))).vertices.min(0)[0] == 9_999


def test_the_parts_of_a_3mf_stand_where_it_says_with_z_up(tmp_path):
    corners = "".join(f'<vertex x="{x}" y="{y}" z="{z}"/>' for x, y, z in BOX.vertices)
    faces = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in BOX.faces)
    mesh = f'<object id="1"><mesh><vertices>{corners}</vertices><triangles>{faces}</triangles></mesh></object>'
    items = '<item objectid="1"/><item objectid="1" transform="1 0 0 0 1 0 0 0 1 0 0 10"/>'
    shape = read_shape(written(tmp_path, "two.3mf", model(mesh, items)))
    assert shape.extents == pytest.approx([1, 13, 2])
    assert shape.to_trimesh().volume == pytest.approx(12)


def test_an_inverted_and_an_open_mesh_are_read_as_they_are(tmp_path):
    inverted = Shape(BOX.vertices, BOX.faces[:, ::-1])
    assert read_shape(write_shape(inverted, tmp_path / "in.ply")).to_trimesh().volume < 0
    assert (
        not read_shape(write_shape(Shape(BOX.vertices, BOX.faces[:-1]), tmp_path / "open.ply"))
        .to_trimesh()
        .is_watertight
    )


def test_folders_name_classes_and_a_broken_file_is_skipped_by_name(folder):
    (folder / "box" / "broken.obj").write_bytes(b"v 1\n")
    skipped = []
    records = list(read(folder, skipped=skipped.append))
    assert [record.properties["class"] for record in records] == ["box"] * 4 + ["tube"] * 4
    assert [skip.where for skip in skipped] == [str(folder / "box" / "broken.obj")]
    assert "1 numbers, not three" in skipped[0].reason


def test_modelnet_is_turned_and_split(tmp_path):
    for part in ("train", "test"):
        (tmp_path / "chair" / part).mkdir(parents=True)
        (tmp_path / "chair" / part / "a.off").write_text("OFF3 1 0\n0 0 0\n1 0 0\n0 0 2\n3 0 1 2\n")
    found = [(dict(record.properties), record.object.extents.tolist()) for record in read(tmp_path)]
    assert found == [({"class": "chair", "split": part, "id": "a"}, [1, 2, 0]) for part in ("test", "train")]


def test_shapenet_gives_models_their_folder_and_the_name_of_their_synset(tmp_path):
    place = tmp_path / "03001627" / "1006be65" / "models"
    place.mkdir(parents=True)
    (place / "model_normalized.obj").write_bytes(TRIANGLE + b"f 1 2 3\n")
    (tmp_path / "taxonomy.json").write_text('[{"synsetId": "03001627", "name": "chair,seat"}]')
    [record] = read(tmp_path)
    assert record.properties == {"class": "chair", "id": "1006be65"}


def test_a_table_names_paths_and_labels(folder):
    table = folder / "some.csv"
    table.write_text("path,label\nbox/1.obj,a\ntube/2.obj,b\nnowhere.obj,c\n")
    skipped = []
    records = list(read(table, skipped=skipped.append))
    assert [record.properties["label"] for record in records] == ["a", "b"]
    assert "no such file" in skipped[0].reason
    with pytest.raises(UsageError, match="no column 'wrong'"):
        list(read(table, column="wrong"))


def test_a_library_of_furniture_gives_pieces_as_large_as_its_catalogue_says(tmp_path):
    catalogue = (
        "license=CC\n\nid#1=Maker#chair\nname#1=Chair \\u00e9\ncategory#1=Kitchen\nmodel#1=/a/chair.obj\n"
        "width#1=50\ndepth#1=40\nheight#1=90\ncreator#1=Maker\n\nid#2=Maker#none\nmodel#2=/a/none.obj\nwidth#2=1\n"
    )
    with zipfile.ZipFile(tmp_path / "some.sh3f", "w") as archive:
        archive.writestr("PluginFurnitureCatalog.properties", catalogue)
        archive.writestr("a/chair.obj", BOX.export(file_type="obj"))
    skipped = []
    [record] = read(tmp_path / "some.sh3f", skipped=skipped.append)
    assert record.object.extents == pytest.approx([0.5, 0.9, 0.4])
    assert record.properties["name"] == "Chair é" and record.properties["licence"] == "CC"
    assert record.properties["class"] == "Kitchen" and record.properties["split"] in ("train", "test")
    assert "holds no" in skipped[0].reason


def test_a_missing_file_an_empty_folder_and_a_strange_name_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.obj")
    with pytest.raises(InputError, match="holds no shapes"):
        list(read(tmp_path))
    with pytest.raises(UsageError, match="must end in"):
        read_shape(written(tmp_path, "a.xyz", b"1"))
