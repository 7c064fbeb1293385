import pytest
import torch

from tests.support import MOONS, prepared, run
from tui_nn.engine.devices import choose_device
from tui_nn.spec.errors import InvalidInput


def chosen(change: str, cuda_count: int, cpu_s: float = 1.0, cuda_s: float = 1.0) -> list[str]:
    ready = prepared(MOONS, f"train.device='{change}'")
    timings = {"cpu": cpu_s, "cuda": cuda_s}
    device, why = choose_device(
        ready.plan, ready.split, lambda device: timings[device.type], cuda_count
    )
    return [str(device), why]


def test_auto_takes_the_faster_and_says_by_how_much() -> None:
    assert chosen("auto", 1, cpu_s=0.2, cuda_s=0.6) == [
        "cpu", "cpu is 3.0x faster than cuda for this network"
    ]  # fmt: skip
    assert chosen("auto", 2, cpu_s=5.0, cuda_s=2.0) == [
        "cuda", "cuda is 2.5x faster than cpu for this network"
    ]  # fmt: skip


def test_auto_without_a_gpu_has_nothing_to_say() -> None:
    assert chosen("auto", 0) == ["cpu", ""]


def test_what_is_named_is_taken() -> None:
    assert chosen("cpu", 1)[0] == "cpu"
    assert chosen("cuda:1", 2)[0] == "cuda:1"


@pytest.mark.parametrize(("device", "count"), [("cuda", 0), ("cuda:1", 1)])
def test_a_missing_gpu_is_refused_with_a_way_out(device: str, count: int) -> None:
    with pytest.raises(InvalidInput, match=r"train\.device: .*not available.*write cpu or auto"):
        chosen(device, count)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_training_on_a_gpu_learns_what_the_cpu_learns() -> None:
    on_cpu = run(MOONS, "train.device='cpu'", "train.epochs=20")
    on_gpu = run(MOONS, "train.device='cuda'", "train.epochs=20")
    assert on_gpu.ended.train is not None
    assert on_cpu.ended.train is not None
    assert on_gpu.ended.train["loss"] == pytest.approx(on_cpu.ended.train["loss"], rel=1e-3)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_measuring_real_devices_changes_no_weight() -> None:
    ready = prepared(MOONS)
    before = torch.get_rng_state()
    choose_device(ready.plan, ready.split)
    assert torch.equal(torch.get_rng_state(), before)
