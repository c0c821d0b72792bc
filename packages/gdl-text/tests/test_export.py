"""What is exported is the same model and the same tokens elsewhere."""

import json

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from gdl_core.errors import UsageError
from gdl_text import load
from gdl_text.export import export
from gdl_text.representations import BytePairs, Bytes, Characters

TEXT = "To be, or not to be:\n naïve café"
KINDS = {
    "bytes": Bytes(max_length=64),
    "characters": Characters(max_length=64),
    "bpe": BytePairs(vocabulary=280, max_length=64),
}


@pytest.fixture(scope="module", params=KINDS)
def model(request, save):
    network = {"width": 32, "layers": 2, "heads": 4, "key_value_heads": 2}
    return save(KINDS[request.param].fit([TEXT] * 3), "autoregressive", network_options=network)


def test_an_exported_tokenizer_gives_the_same_tokens_one_number_further_behind_the_end(gdl, model, tmp_path):
    assert gdl("export", "--model", model, "--out", tmp_path / "out").code == 0
    tokenizer, pipeline = Tokenizer.from_file(str(tmp_path / "out" / "tokenizer.json")), load(model)
    numbers = pipeline.representation.encode(TEXT)
    assert tokenizer.encode(TEXT).ids == [0, *(numbers + 1).tolist()]
    assert tokenizer.decode(tokenizer.encode(TEXT).ids) == TEXT
    assert (
        json.loads((tmp_path / "out" / "config.json").read_text())["vocab_size"]
        == len(pipeline.representation.pieces) + 1
    )
    assert len(load_file(tmp_path / "out" / "model.safetensors")["lm_head.weight"]) == tokenizer.get_vocab_size()


@pytest.mark.slow
def test_transformers_gives_the_same_logits(model, tmp_path):
    transformers = pytest.importorskip("transformers")
    pipeline = load(model, device="cpu")
    folder = export(pipeline, tmp_path / "out")
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    tokens = transformers.AutoTokenizer.from_pretrained(folder)(TEXT, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        ours = pipeline.model.eval().network(tokens, {})
        assert torch.allclose(theirs(input_ids=tokens).logits, ours, atol=1e-4)


def test_a_model_without_counterpart_is_refused(save, tmp_path):
    diffusion = save(Bytes(max_length=8), "diffusion", variant="masked")
    recurrent = save(Bytes(max_length=8), "autoregressive", network="recurrent", network_options={"width": 8})
    with pytest.raises(UsageError, match="TransformerDenoiser has no counterpart elsewhere"):
        export(load(diffusion), tmp_path / "a")
    with pytest.raises(UsageError, match="Recurrent has no counterpart elsewhere"):
        export(load(recurrent), tmp_path / "b")
