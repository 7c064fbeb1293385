"""The layers that compute each number by itself, or sums over some, written out."""

from tui_nn.spec.catalog.entry import Shape
from tui_nn.spec.script.layout import comment, value
from tui_nn.spec.script.modules import flatten, unflatten
from tui_nn.spec.script.variables import Named

SELU_SCALE = 1.0507009873554805
SELU_ALPHA = 1.6732632423543772


def linear(layer: Named) -> list[str]:
    """x Wᵀ + b."""
    return [f"x = x @ {layer['weight']}.T{plus_bias(layer)}"]


def plus_bias(layer: Named, places: int = 0) -> str:
    """` + b`, with a dimension for each of the places behind the channels."""
    if "bias" not in layer.tensors:
        return ""
    return f" + {layer['bias']}{spread(places)}"


def spread(places: int) -> str:
    """How one number a channel meets a map: `[:, None, None]`."""
    return f"[:{', None' * places}]" if places else ""


def bilinear(layer: Named) -> list[str]:
    """Every product of a number of the first part with one of the second."""
    first = layer.bound["in1_features"]
    return [
        f"first, second = x[..., :{first}], x[..., {first}:]",
        f'x = torch.einsum("...i,oij,...j->...o", first, {layer["weight"]}, second)'
        f"{plus_bias(layer)}",
    ]


def embedding(layer: Named) -> list[str]:
    """A row of the table for each token."""
    table, bound = layer["weight"], layer.bound
    padding = bound["padding_idx"]
    if bound["sparse"]:
        more = "" if padding is None else f", padding_idx={padding}"
        return [
            *comment("torch's own: only so is its gradient one of the used rows alone."),
            f"x = F.embedding(x, {table}{more}, sparse=True)",
        ]
    lines = [f"rows = {table}[x]"]
    if bound["scale_grad_by_freq"]:
        lines += [
            *comment("The gradient of a row is divided by how often the batch has its token."),
            "often = torch.bincount(x.flatten())[x][..., None]",
            "rows = rows / often + (rows - rows / often).detach()",
        ]
    if padding is not None:
        row = padding % bound["num_embeddings"]
        lines += [
            *comment(f"Row {row} stands for no token and is not trained."),
            f"rows = torch.where((x == {row})[..., None], rows.detach(), rows)",
        ]
    return [*lines, "x = rows"] if len(lines) > 1 else [f"x = {table}[x]"]


def activation(layer: Named) -> list[str]:
    """The activations by formula; those whose formula overflows are torch's, told beside."""
    bound = layer.bound
    match layer.name:
        case "Sigmoid":
            return [*comment("1 / (1 + exp(-x)), safe for large x"), "x = torch.sigmoid(x)"]
        case "Tanh":
            told = comment("(exp(x) - exp(-x)) / (exp(x) + exp(-x)), safe for large x")
            return [*told, "x = torch.tanh(x)"]
        case "Softsign":
            return ["x = x / (1 + x.abs())"]
        case "Hardtanh":
            low, high = bound["min_val"], bound["max_val"]
            return [
                f"x = torch.where(x > {low}, x, {float(low)})",
                f"x = torch.where(x < {high}, x, {float(high)})",
            ]
        case "ReLU":
            return ["x = torch.where(x > 0, x, 0.0)"]
        case "LeakyReLU":
            return [f"x = torch.where(x > 0, x, {bound['negative_slope']} * x)"]
        case "PReLU":
            shared = bound["num_parameters"] == 1
            slope = layer["weight"] + ("" if shared else spread(len(layer.input_shape) - 1))
            return [f"x = torch.where(x > 0, x, {slope} * x)"]
        case "ELU":
            return [f"x = torch.where(x > 0, x, {bound['alpha']} * torch.expm1(x.clamp(max=0)))"]
        case "SELU":
            below = f"{SELU_ALPHA} * torch.expm1(x.clamp(max=0))"
            return [f"x = {SELU_SCALE} * torch.where(x > 0, x, {below})"]
        case "Heaviside":
            return [
                *comment("1 where x > 0, else 0; the gradient passes as if the slope were 1."),
                "x = (x > 0).to(x.dtype) + (x - x.detach())",
            ]
        case _:
            return smooth(layer)


def smooth(layer: Named) -> list[str]:
    """ReLU with its corner rounded, in many ways."""
    bound = layer.bound
    match layer.name:
        case "GELU" if bound["approximate"] == "tanh":
            inside = "(2 / torch.pi) ** 0.5 * (x + 0.044715 * x**3)"
            return [f"x = 0.5 * x * (1 + torch.tanh({inside}))"]
        case "GELU":
            return ["x = 0.5 * x * (1 + torch.erf(x / 2**0.5))"]
        case "SiLU":
            return ["x = x * torch.sigmoid(x)"]
        case "Mish":
            return [
                *comment("log(1 + exp(x)), safe for large x"),
                "softplus = torch.logaddexp(x, torch.zeros_like(x))",
                "x = x * torch.tanh(softplus)",
            ]
        case "Hardswish":
            return ["x = x * (x + 3).clamp(0, 6) / 6"]
        case "Softplus":
            beta, threshold = bound["beta"], bound["threshold"]
            steep = "x" if beta == 1 else f"{beta} * x"
            after = "" if beta == 1 else f" / {beta}"
            return [
                f"bent = torch.logaddexp({steep}, torch.zeros_like(x)){after}",
                f"x = torch.where({steep} > {threshold}, x, bent)",
            ]
        case "Softmax":
            dim = bound["dim"]
            return [
                *comment("exp(x) as shares of 1; without the largest x, so that none is too large"),
                f"x = torch.exp(x - x.amax({dim}, keepdim=True).detach())",
                f"x = x / x.sum({dim}, keepdim=True)",
            ]
        case "LogSoftmax":
            dim = bound["dim"]
            return [
                f"x = x - x.amax({dim}, keepdim=True).detach()",
                f"x = x - torch.log(torch.exp(x).sum({dim}, keepdim=True))",
            ]
    raise AssertionError(layer.name)


def reshape(layer: Named) -> list[str]:
    """Another layout of the same numbers."""
    write = {"Flatten": flatten, "Unflatten": unflatten}.get(layer.name)
    return [f"x = {write(layer.bound)}"] if write else []


def batch_norm(layer: Named) -> list[str]:
    """Each channel over the batch while training, by the running statistics afterwards."""
    bound, places = layer.bound, len(layer.input_shape) - 1
    dims = value((0, *range(2, 2 + places))) if places else "0"
    of_batch = [f"mean, var = x.mean({dims}), x.var({dims}, correction=0)"]
    if not bound["track_running_stats"]:
        return [*of_batch, *normalise(layer, "mean", "var", places)]
    mean, var, momentum = layer["running_mean"], layer["running_var"], bound["momentum"]
    count = [f"{layer['num_batches_tracked']}.add_(1)"] if momentum is None else []
    share = f"1 / {layer['num_batches_tracked']}.item()" if momentum is None else str(momentum)
    return [
        "if training:",
        f"    {of_batch[0]}",
        "    with torch.no_grad():",
        "        count = x.numel() / x.shape[1]",
        *[f"        {line}" for line in count],
        f"        {mean}.lerp_(mean, {share})",
        f"        {var}.lerp_(var * count / (count - 1), {share})",
        "else:",
        f"    mean, var = {mean}, {var}",
        *normalise(layer, "mean", "var", places),
    ]


def normalise(layer: Named, mean: str, var: str, places: int) -> list[str]:
    """Mean 0 and deviation 1, then the learned scale and shift."""
    wide = spread(places)
    eps = layer.bound["eps"]
    lines = [f"x = (x - {mean}{wide}) / torch.sqrt({var}{wide} + {eps})"]
    return lines + scale_and_shift(layer, places)


def scale_and_shift(layer: Named, places: int) -> list[str]:
    """Times the learned scale, plus the learned shift."""
    if "weight" not in layer.tensors:
        return []
    return [f"x = x * {layer['weight']}{spread(places)}{plus_bias(layer, places)}"]


def layer_norm(layer: Named) -> list[str]:
    """The last dimensions of each sample together."""
    written = layer.bound["normalized_shape"]
    count = len(written) if isinstance(written, tuple) else 1
    dims = value(tuple(range(-count, 0))) if count > 1 else "-1"
    return [
        f"mean, var = x.mean({dims}, keepdim=True), x.var({dims}, correction=0, keepdim=True)",
        f"x = (x - mean) / torch.sqrt(var + {layer.bound['eps']})",
        *scale_and_shift(layer, 0),
    ]


def group_norm(layer: Named) -> list[str]:
    """Each group of channels of each sample together."""
    groups, shape = layer.bound["num_groups"], layer.input_shape
    sizes: Shape = (-1, *shape)
    return [
        f"groups = x.unflatten(1, ({groups}, -1)).flatten(2)",
        "mean, var = groups.mean(2, keepdim=True), groups.var(2, correction=0, keepdim=True)",
        f"groups = (groups - mean) / torch.sqrt(var + {layer.bound['eps']})",
        f"x = groups.reshape({', '.join(map(str, sizes))})",
        *scale_and_shift(layer, len(shape) - 1),
    ]


def dropout(layer: Named) -> list[str]:
    """A mask of zeros and ones, drawn anew in each step; what stays is enlarged."""
    share = layer.bound["p"]
    if share == 0:
        return []
    if share == 1:
        return ["if training:", "    x = x * 0"]
    whole = layer.name == "Dropout2d"
    mask = "x.new_empty(len(x), x.shape[1], 1, 1)" if whole else "torch.empty_like(x)"
    return [
        "if training:",
        f"    mask = {mask}.bernoulli_(1 - {share})",
        f"    x = x * (mask / (1 - {share}))",
    ]
