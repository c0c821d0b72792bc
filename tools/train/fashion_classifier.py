"""Train the classifier whose features measure gray pictures, and write its weights and card into gdl-image.

    python tools/train/fashion_classifier.py --data fashion --work runs/fashion-classifier

`--data` is the folder with the four idx files of Fashion-MNIST (Debian's package `dataset-fashion-mnist`). Each epoch
leaves a checkpoint in the working folder, from which the same command goes on after an interruption. The test set
decides nothing: it is looked at once, for the card.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from steps import hardware
from torch import Tensor

from gdl_core.checkpoint.weights import fill_tensors, read_tensors, tensors_of, write_tensors
from gdl_core.folders import new_file
from gdl_image.features.fashion import CLASSES, WEIGHTS, FashionClassifier
from gdl_image.files import read

RATE, DECAY, SMOOTHING, BATCH, SHIFT = 4e-3, 0.02, 0.05, 128, 2


def main() -> None:
    """Train what is left to train, then write."""
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    arguments.work.mkdir(parents=True, exist_ok=True)
    training = Training(arguments)
    while training.epoch < arguments.epochs:
        training.run_epoch()
    write(arguments, training)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the four idx files")
    parser.add_argument("--work", type=Path, default=Path("runs/fashion-classifier"), help="default: %(default)s")
    parser.add_argument("--epochs", type=int, default=10, help="default: %(default)s")
    parser.add_argument("--threads", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


class Training:
    """The classifier, how far it is trained, and what that took."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.pictures, self.labels = load(arguments.data, "train")
        self.epochs, self.seed = arguments.epochs, arguments.seed
        with torch.random.fork_rng(devices=[]):
            torch.random.default_generator.manual_seed(self.seed)
            self.classifier = FashionClassifier()
        self.optimizer = torch.optim.AdamW(self.classifier.parameters(), lr=RATE, weight_decay=DECAY)
        self.checkpoint = arguments.work / "checkpoint.safetensors"
        self.progress = arguments.work / "progress.json"
        self.epoch, self.seconds = 0, 0.0
        self.set_up_moments()
        if self.progress.exists():
            facts = json.loads(self.progress.read_text())
            self.epoch, self.seconds = facts["epoch"], facts["cpu_seconds"]
            with torch.no_grad():
                fill_tensors(self.tensors(), read_tensors(self.checkpoint), self.checkpoint)

    def set_up_moments(self) -> None:
        """Let the optimizer make its moments, without a step, so that a checkpoint can fill them."""
        for parameter in self.classifier.parameters():
            moments = {name: torch.zeros_like(parameter) for name in ("exp_avg", "exp_avg_sq")}
            self.optimizer.state[parameter] = {"step": torch.tensor(0.0), **moments}

    def tensors(self) -> dict[str, Tensor]:
        """Return all that a checkpoint holds, by name."""
        moments = {
            f"optimizer.{place}.{name}": tensor
            for place, parameter in enumerate(self.classifier.parameters())
            for name, tensor in self.optimizer.state[parameter].items()
        }
        return {**tensors_of(self.classifier), **moments}

    def run_epoch(self) -> None:
        """Go through the training set once, and leave a checkpoint."""
        began, losses = time.process_time(), []
        random = torch.Generator().manual_seed(self.seed * 1000 + self.epoch)
        order = torch.randperm(len(self.labels), generator=random)
        total = self.epochs * (len(order) // BATCH)
        self.classifier.train()
        for place in range(len(order) // BATCH):
            rows = order[place * BATCH : (place + 1) * BATCH]
            done = (self.epoch * (len(order) // BATCH) + place) / total
            self.optimizer.param_groups[0]["lr"] = RATE * min(1.0, done * 20) * (1 - done)
            _, logits = self.classifier(varied(self.pictures[rows], random))
            loss = F.cross_entropy(logits, self.labels[rows], label_smoothing=SMOOTHING)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        self.epoch += 1
        self.seconds += time.process_time() - began
        with new_file(self.checkpoint) as draft:
            save_file({name: tensor.contiguous() for name, tensor in self.tensors().items()}, draft)
        self.progress.write_text(json.dumps({"epoch": self.epoch, "cpu_seconds": self.seconds}))
        print(f"epoch {self.epoch}: loss {np.mean(losses):.4f}, {self.seconds:.0f} s of CPU time so far", flush=True)


def load(data: Path, part: str) -> tuple[Tensor, Tensor]:
    """Read pictures and labels. Shapes: (pictures, 1, 28, 28) from 0 to 1, (pictures,)."""
    records = list(read(data / f"{part}-images-idx3-ubyte.gz"))
    pictures = torch.from_numpy(np.stack([record.object for record in records])).movedim(-1, 1).float() / 255
    return pictures, torch.tensor([CLASSES.index(record.properties["class"]) for record in records])


def varied(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Mirror half of the pictures, and move all of them together by up to two pixels each way."""
    mirrored = torch.rand(len(pictures), generator=random) < 0.5
    pictures = torch.where(mirrored[:, None, None, None], pictures.flip(-1), pictures)
    down, right = torch.randint(0, 2 * SHIFT + 1, (2,), generator=random).tolist()
    padded = F.pad(pictures, (SHIFT,) * 4)
    return padded[..., down : down + pictures.shape[-2], right : right + pictures.shape[-1]]


def accuracy(classifier: FashionClassifier, pictures: Tensor, labels: Tensor) -> float:
    """Return the share of pictures whose class is found."""
    with torch.no_grad():
        found = [classifier(part)[1].argmax(1) for part in pictures.split(1000)]
    return float((torch.cat(found) == labels).float().mean())


def write(arguments: argparse.Namespace, training: Training) -> None:
    """Write the weights in half precision, test what was written, and write the card."""
    from gdl_image.features import fashion

    WEIGHTS.parent.mkdir(exist_ok=True)
    write_tensors(WEIGHTS, tensors_of(training.classifier), dtype=torch.float16)
    reached = accuracy(fashion.load(), *load(arguments.data, "t10k"))
    card = CARD.format(
        trained_on=TRAINED_ON, accuracy=reached, size=WEIGHTS.stat().st_size / 1000, hardware=hardware("cpu"),
        parameters=sum(parameter.numel() for parameter in training.classifier.parameters()),
        settings=f"{arguments.epochs} epochs in batches of {BATCH}, AdamW, rate {RATE:g} falling to 0, "
        f"decay {DECAY:g}, label smoothing {SMOOTHING:g}, mirrored and moved by up to {SHIFT} pixels, "
        f"seed {arguments.seed}",
        minutes=training.seconds / 60,
    )  # fmt: skip
    WEIGHTS.with_suffix(".md").write_text(card)
    print(card)


TRAINED_ON = (
    "the 60,000 training pictures of Fashion-MNIST (Xiao et al. 2017, arXiv:1708.07747; "
    "Debian's package `dataset-fashion-mnist`, licence MIT)"
)

CARD = """# The features `fashion`

A convolutional network that tells ten kinds of clothes apart on gray pictures of 28 x 28 pixels. Its last hidden layer,
64 numbers of which none is negative, is the space in which `gdl image evaluate` compares gray pictures.

| | |
| --- | --- |
| trained on | {trained_on} |
| accuracy on the 10,000 test pictures | {accuracy:.4f}, of the weights as they are stored |
| network | three convolutions, a linear layer, a linear layer; {parameters:,} parameters, float16, {size:.0f} kB |
| training | {settings} |
| time | {minutes:.1f} minutes of one core's time ({hardware}, shared with other work) |
| made by | `tools/train/fashion_classifier.py` of the repository |
| licence | MIT |

Distances in this space say how pictures of clothes differ, to eyes trained on clothes. On other pictures they are still
distances, and still comparable with each other, but they mean less; never compare them with those of Inception.
"""


if __name__ == "__main__":
    main()
