"""torch's compiler stays unloaded: its import is a second and 70 MB that training never uses."""

from torch.optim import Optimizer

# torch wraps these methods to keep its compiler out of them, and loads it to do so, unless the
# wrapped function was cached before. Nothing here is compiled: the function itself is its cache.
_WRAPPED = ("add_param_group", "load_state_dict", "state_dict", "zero_grad")


def skip_compiler() -> None:
    """Let optimizers be built without loading torch's compiler."""
    for name in _WRAPPED:
        raw = getattr(getattr(Optimizer, name), "__wrapped__", None)
        if raw is not None and not hasattr(raw, "__dynamo_disable"):
            setattr(raw, "__dynamo_disable", raw)
