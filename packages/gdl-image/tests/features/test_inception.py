"""Inception is built as its published weights name it, and sees what they say wherever they are stored."""

import hashlib

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from gdl_core.errors import InputError, UsageError
from gdl_image.features import find, inception
from gdl_image.metrics import Reference, evaluate

PICTURES = np.random.default_rng(0).integers(0, 256, (6, 12, 12, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def network():
    """A network of random weights, whose averages and variances are no plain ones either."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = inception.Inception().eval()
        for name, tensor in network.named_buffers():
            if name.endswith(("mean", "var")):
                tensor.copy_(torch.rand(tensor.shape) * 0.1 + (0.5 if name.endswith("var") else 0))
    return network


@pytest.fixture(scope="module")
def weights(network, tmp_path_factory):
    """The weights as pytorch-fid and torch-fidelity have them: no counts of batches."""
    stored = {name: tensor for name, tensor in network.state_dict().items() if "num_batches" not in name}
    path = tmp_path_factory.mktemp("weights") / "pt_inception.pth"
    torch.save(stored, path)
    return path


def test_the_tensors_are_those_of_the_published_file():
    own = inception.Inception().state_dict()
    numbers = {name: tensor for name, tensor in own.items() if "num_batches" not in name}
    assert sum(tensor.numel() for name, tensor in numbers.items() if "running" not in name) == 23_850_960
    assert len(numbers) == 94 * 5 + 2  # so many convolutions with their normalisation, and the classes
    for name, shape in {
        "Conv2d_4a_3x3.conv.weight": (192, 80, 3, 3),
        "Mixed_5b.branch_pool.conv.weight": (32, 192, 1, 1),
        "Mixed_6a.branch3x3.conv.weight": (384, 288, 3, 3),
        "Mixed_6c.branch7x7dbl_2.conv.weight": (160, 160, 7, 1),
        "Mixed_7a.branch7x7x3_4.bn.running_var": (192,),
        "Mixed_7b.branch3x3_2a.conv.weight": (384, 384, 1, 3),
        "Mixed_7c.branch3x3dbl_3b.conv.weight": (384, 384, 3, 1),
        "fc.weight": (1008, 2048),
    }.items():
        assert own[name].shape == shape, name


def test_an_average_leaves_out_what_was_padded_and_the_last_block_takes_the_greatest(network):
    ones = torch.ones(1, 1, 4, 4)
    assert torch.equal(network.Mixed_7b.pool(ones), ones)
    assert network.Mixed_7c.pool(torch.eye(4)[None, None]).sum() == 14


@pytest.mark.slow
def test_weights_see_the_same_however_they_are_stored(network, weights, tmp_path):
    stored = {name: tensor for name, tensor in network.state_dict().items() if "num_batches" not in name}
    torch.save(stored, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    save_file(stored, tmp_path / "same.safetensors")
    picture = torch.rand(1, 3, 75, 75, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.no_grad():
        expected, logits = network(picture)
    for path in (weights, tmp_path / "old.pth", tmp_path / "same.safetensors"):
        found, digits = inception.load(path)
        assert torch.equal(found(picture)[0], expected) and torch.equal(found(picture)[1], logits)
        assert hashlib.sha256(path.read_bytes()).hexdigest().startswith(digits)


@pytest.mark.slow
def test_sets_are_compared_in_it_and_a_reference_remembers_the_weights(weights, tmp_path, monkeypatch):
    monkeypatch.setattr(inception, "SIZE", 75)  # 299 takes sixteen times as long
    seen = find(str(weights))
    assert seen.name.startswith("inception-") and seen.layout.size == (75, 75)
    kept = Reference.measure(PICTURES, features=str(weights)).save(tmp_path / "kept.npz")
    found = evaluate(PICTURES, Reference.load(kept), features=str(weights))
    assert found["frechet"] == pytest.approx(0, abs=1e-3) and found["features"].startswith(seen.name)
    with pytest.raises(UsageError, match="need the weights of Inception; give their file"):
        evaluate(PICTURES, Reference.load(kept))
    with pytest.raises(InputError, match="measured with the features 'inception-"):
        evaluate(PICTURES, Reference.load(kept), features="fashion")


def test_other_weights_are_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read: No such file"):
        find(str(tmp_path / "none.pth"))
    torch.save({"fc.weight": torch.zeros(1000, 2048)}, tmp_path / "other.pth")
    with pytest.raises(InputError, match="no weights of the Inception.*lacks Conv2d_1a"):
        find(str(tmp_path / "other.pth"))
    (tmp_path / "text.pth").write_text("hello")
    with pytest.raises(InputError, match="no file of tensors"):
        find(str(tmp_path / "text.pth"))
