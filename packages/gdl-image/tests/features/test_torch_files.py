"""Tensors are read from PyTorch's files, new and old, and what would run something is refused."""

import io
import pickle

import pytest
import torch

from gdl_core.errors import InputError
from gdl_image.features.torch_files import read_torch_file


@pytest.fixture(params=[True, False], ids=["new", "old"])
def written(request):
    """Return what PyTorch writes, in the form of today or in that before version 1.6."""

    def write(tensors) -> bytes:
        file = io.BytesIO()
        torch.save(tensors, file, _use_new_zipfile_serialization=request.param)
        return file.getvalue()

    return write


def test_tensors_come_back_in_order_whatever_their_arrangement(written):
    module = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3))
    module[0].weight.data = module[0].weight.data.permute(1, 0, 2, 3).contiguous().permute(1, 0, 2, 3)
    found = read_torch_file(written(module.state_dict()), "here")
    assert list(found) == list(module.state_dict())
    assert all(torch.equal(found[name], tensor) for name, tensor in module.state_dict().items())


class Evil:
    def __reduce__(self):
        return print, ("run",)


@pytest.mark.parametrize("thing", [Evil(), {"a": Evil()}, [1, 2], {"a": 1}, {"a": 1.5}])
def test_what_is_not_made_of_tensors_is_refused_and_nothing_is_run(written, thing, capsys):
    with pytest.raises(InputError, match="here is no file of tensors"):
        read_torch_file(written(thing), "here")
    assert not capsys.readouterr().out


@pytest.mark.parametrize("data", [b"", b"\x80\x02.", b"PK\x03\x04", pickle.dumps(Evil())])
def test_other_files_are_refused(data, capsys):
    with pytest.raises(InputError, match="here is no file of tensors"):
        read_torch_file(data, "here")
    assert not capsys.readouterr().out


def test_a_file_cut_short_anywhere_is_refused(written):
    data = written({"weight": torch.arange(6.0).reshape(2, 3)})
    for end in range(0, len(data), 7):
        with pytest.raises(InputError, match="here is no file of tensors"):
            read_torch_file(data[:end], "here")
