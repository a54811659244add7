"""The public operations of the table, written out, so that a new one has to be entered here: all are under test."""

OPERATIONS = [
    "abs", "acos", "acosh", "add", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "clip", "cos", "cosh",
    "divide", "dot", "erf", "erfc", "exp", "expm1", "floor", "floor_divide", "gelu", "hypot", "leaky_relu", "log",
    "log10", "log1p", "log2", "log_sigmoid", "logsumexp", "maximum", "mean", "minimum", "mod", "multiply", "negative",
    "norm", "normal_cdf", "positive", "power", "prod", "relu", "round", "sigmoid", "sign", "silu", "sin", "sinh",
    "softplus", "sqrt", "subtract", "sum", "tan", "tanh", "where",
]  # fmt: skip
