"""Tensors are read from PyTorch's old files, and what would run something is refused."""

import io
import pickle

import pytest
import torch

from gdl_core.errors import InputError
from gdl_image.features.legacy import read_legacy


def written(tensors) -> bytes:
    file = io.BytesIO()
    torch.save(tensors, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


def test_tensors_come_back_in_order_whatever_their_arrangement():
    module = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3))
    module[0].weight.data = module[0].weight.data.permute(1, 0, 2, 3).contiguous().permute(1, 0, 2, 3)
    found = read_legacy(written(module.state_dict()), "here")
    assert list(found) == list(module.state_dict())
    assert all(torch.equal(found[name], tensor) for name, tensor in module.state_dict().items())


class Evil:
    def __reduce__(self):
        return print, ("run",)


@pytest.mark.parametrize("thing", [Evil(), {"a": Evil()}, [1, 2], {"a": 1}, {"a": 1.5}])
def test_what_is_not_made_of_tensors_is_refused_and_nothing_is_run(thing, capsys):
    with pytest.raises(InputError, match="here is no file of tensors"):
        read_legacy(written(thing), "here")
    assert not capsys.readouterr().out


@pytest.mark.parametrize("data", [b"", b"\x80\x02.", b"PK\x03\x04", pickle.dumps(Evil())])
def test_other_files_are_refused(data, capsys):
    with pytest.raises(InputError, match="here is no file of tensors"):
        read_legacy(data, "here")
    assert not capsys.readouterr().out


def test_a_file_cut_short_anywhere_is_refused():
    data = written({"weight": torch.arange(6.0).reshape(2, 3)})
    for end in range(0, len(data), 7):
        with pytest.raises(InputError, match="here is no file of tensors"):
            read_legacy(data[:end], "here")
