"""Calls of NumPy's API as people write them, on a vector x, a matrix A of Values and plain arrays beside them."""

# What is differentiated, eagerly and compiled, by family.
SUPPORTED: dict[str, str] = {
    "Arithmetic": """
        x + c; x - [1.0, 2.0, 3.0, 4.0]; c * x; x / c; 2.0 ** x; x ** 2; abs(x) ** 1.5; x // 0.3; x % 0.3; -x; +x
        abs(x); np.add(x, c); np.subtract(c, x); np.multiply(x, x); np.divide(x, c); np.true_divide(1.0, x)
        np.power(x, 3); np.float_power(c, x); np.negative(x); np.positive(x); np.absolute(x); np.fabs(x); np.square(x)
        np.reciprocal(x); np.mod(x, 0.7); np.remainder(x, -0.7); np.fmod(x, 0.7); np.floor_divide(x, 0.3)
        np.divmod(x, 0.3)[1]; np.modf(x)[0]; np.hypot(x, c); np.copysign(x, -1.0); np.ldexp(x, 2); np.conj(x)
        np.real(x); np.imag(x) + x; x[0].item() * x; x[1].sum() * x; np.sum(x).size * x; np.isscalar(x[0]) * x
    """,
    "Exponentials and trigonometry": """
        np.exp(x); np.exp2(x); np.expm1(x); np.log(c + x); np.log1p(abs(x)); np.log2(abs(x)); np.log10(abs(x))
        np.sqrt(abs(x)); np.cbrt(x); np.logaddexp(x, c); np.logaddexp2(x, 1.0); np.sin(x); np.cos(x); np.tan(x)
        np.arcsin(x / 3); np.arccos(x / 3); np.arctan(x); np.arctan2(x, c); np.sinh(x); np.cosh(x); np.tanh(x)
        np.arcsinh(x); np.arccosh(c + x + 2); np.arctanh(x / 3); np.deg2rad(x); np.rad2deg(x); np.degrees(x)
        np.radians(x); np.sinc(x); np.i0(x); np.unwrap(3 * x)
    """,
    "Choices and rounding": """
        np.maximum(x, 0); np.minimum(x, c); np.fmax(x, 0.5); np.fmin(x, c); np.clip(x, -0.5, 0.5); x.clip(0.0, None)
        np.sign(x) * x; np.floor(x) * x; np.ceil(x) * x; np.trunc(x) * x; np.rint(x) * x; np.round(x) * x
        np.round(x, 1) * x; np.fix(x) * x; np.heaviside(x, 0.5) * x; np.where(x > 0, x**2, np.sin(x))
        np.where((x > 0) & (x < 1), x, 0.0); np.where((x < -1) | (x > 0.5), 1.0, x); np.where(~(x > 0), x, 2 * x)
        np.where(np.logical_and(x > 0, x < 1), x, -x); np.where(np.logical_or(x < 0, x > 1), x, 1.0)
        np.where(np.logical_not(x > 0), x, 0.0); np.where(np.logical_xor(x > 0, x > 1), x, 0.0); (x > 0) * x
        np.select([x < 0, x > 1], [x, x**2], 0.5); np.piecewise(x, [x < 0, x >= 0], [lambda v: -v, lambda v: v**2])
        np.nan_to_num(x); np.where(np.isnan(x), 0.0, x); np.where(np.isfinite(x), x, 0.0)
        np.where(np.isinf(x), 0.0, x); np.where(np.signbit(x), -x, x); np.where(np.isclose(x, c), 0.0, x)
        np.where(np.greater(x, 0), x, 0.0); np.where(np.less_equal(x, c), x, c); np.where(np.equal(x, c), 0.0, x)
        np.where(np.not_equal(x, c), x, 0.0); np.where(np.any(x > 1), x, 2 * x); np.where(np.all(x > -9), x, 2 * x)
        np.where(np.allclose(x, c), 1.0, x); ((x > 0) + (x < 2)) * x
        ((x > 0).astype(float) + (x > 1).astype(float)) * x; np.add(x > 0, x > 1) * x
        np.where(np.array_equal(x, x), x, 0.0); np.array_equal(x, c) * x
        np.interp(x, [-1, 0, 1], [0, 2, 1]); np.where(np.isposinf(x), 0.0, x); np.where(np.isneginf(x), 0.0, x)
        np.count_nonzero(x > 0) * x
    """,
    "Sums and statistics": """
        np.sum(x); x.sum(); np.sum(A, axis=0); np.sum(A, axis=1, keepdims=True); np.prod(x); np.mean(x); x.mean()
        np.mean(A, axis=0); np.var(x); np.var(x, ddof=1); np.std(x); x.std(); np.std(A, axis=1); np.max(x); x.max()
        np.max(A, axis=0); np.min(x); np.amin(A); np.ptp(x); np.median(x); np.median(A, axis=1); np.percentile(x, 30)
        np.quantile(x, [0.1, 0.5]); np.average(x); np.average(x, weights=c); np.average(A, axis=0, weights=[1, 2, 3])
        np.cov(x, c); np.cov(A); np.corrcoef(A); np.cumsum(x); np.cumprod(x); np.cumsum(A, axis=1); x.cumsum()
        np.sort(x); np.sort(A, axis=0); np.partition(x, 2)[2]; np.logaddexp.reduce(x); np.add.reduce(A)
        np.maximum.reduce(A, axis=1); np.minimum.accumulate(x); np.multiply.reduce(x); np.add.accumulate(x)
        np.sum(A, axis=0, out=np.zeros_like(A[0])); np.cumsum(x, 0, None, np.zeros_like(x)) + x
        np.maximum.reduce(A, axis=1, out=np.zeros_like(A[0])); np.mean(x, dtype=float)
        np.maximum.accumulate(x); np.add.outer(x, c); np.multiply.outer(x, x); np.subtract.outer(x, x); np.trace(A)
        np.nansum(x); np.nanmean(x); np.nanmax(x); np.nanmin(A, axis=0); np.nanprod(x)
        np.nancumsum(x); np.nancumprod(x); np.cumulative_sum(x)
        np.sum(x, where=[True, False, True, True]); np.sum(A, axis=0, where=A > 0); np.mean(x, where=x > 0)
        np.max(x, where=x < 1, initial=-9.0); np.prod(A, where=A > 0.25)
        np.sum(x, initial=1.0); np.max(x, initial=0.5); np.add.reduceat(x, [0, 2])
        np.add.reduceat(A, [2, 0, 1], axis=1); np.maximum.reduceat(x, [1, 3, 2])
        np.bincount([0, 2, 2, 1], weights=x); np.bincount([3, 0, 3], A[0], minlength=6)
    """,
    "Products": """
        np.dot(A, A, np.zeros_like(A)); np.linalg.matmul(A, A)
        A @ x[:3]; x @ c; np.dot(x, c); np.dot([x[0], 2.0], x[:2]);
        np.dot(A, A); A.dot(x[:3]); np.vdot(x, c); np.inner(A, A); np.outer(x, c)
        np.matmul(A, A); np.tensordot(A, A); np.tensordot(A, A, axes=1); np.tensordot(A, A, axes=([0], [1]))
        np.einsum("ij,j->i", A, x[:3]); np.einsum("ii", A); np.kron(x, [1.0, 2.0]); np.cross(x[:3], [1.0, 2.0, 3.0])
        np.convolve(x, [1.0, 0.5]); np.convolve(x, x, "same"); np.convolve(x, [1.0, 2.0], "valid")
        np.correlate(x, [1.0, 0.5]); np.correlate(x, x, "full"); np.vecdot(A, A); np.linalg.multi_dot([A, A, x[:3]])
        np.linalg.vecdot(A, A)
    """,
    "Differences, integrals, polynomials": """
        np.diff(x); np.diff(x, 2); np.diff(A, axis=0); np.diff(x, prepend=0.0); np.ediff1d(x); np.gradient(x)
        np.gradient(x, 0.1, edge_order=2); np.gradient(A, axis=1); np.gradient(x, [0.0, 0.5, 2.0, 3.0])
        np.trapezoid(x); np.trapezoid(x, [0.0, 0.5, 2.0, 3.0]); np.trapezoid(A, dx=0.5, axis=0); np.polyval(x, 0.5)
        np.polyval([1.0, 2.0, 3.0], x); np.vander(x, 3); np.poly(x); np.polyder(x); np.polyint(x)
        np.polyadd(x, [1.0, 2.0]); np.polysub([1.0], x); np.polymul(x, [1.0, 2.0]); np.linspace(x[0], x[1], 5)
        np.logspace(x[0], 1.0, 3); np.geomspace(abs(x[0]), 10.0, 3)
    """,
    "Shapes and parts": """
        np.concatenate([[1.0], x]); np.concatenate([A, A], axis=1); np.stack([x, c]); np.hstack([x, 1.0])
        np.vstack([x, c]); np.dstack([x, c]); np.column_stack([x, c]); np.append(x, 1.0); np.insert(x, 1, 0.5)
        np.sum(np.concatenate([[x[0], 1.0], x])); np.append(x, [x[1]]) @ np.arange(5.0)
        np.vstack([[x[0], x[1], 1.0], x[:3]])
        np.delete(x, 0); np.reshape(x, (2, 2)); x.reshape(2, -1); np.ravel(A); A.ravel(); A.flatten(); np.transpose(A)
        A.T; np.swapaxes(A, 0, 1); np.moveaxis(A, 0, 1); np.squeeze(x[None]); np.expand_dims(x, 0); x[:, None] * c
        np.broadcast_to(x, (2, 4)); np.tile(x, 2); np.repeat(x, 2); np.roll(x, 1); np.fft.fftshift(x); np.flip(x)
        np.fliplr(A)
        np.flipud(A); np.rot90(A); np.diag(x); np.diag(A); np.diagonal(A); np.diagflat(x); np.tril(A); np.triu(A)
        np.take(x, [0, 2]); np.take_along_axis(A, np.array([[0], [1], [2]]), 1)
        np.compress([True, False, True, False], x); np.split(x, 2)[0]; np.array_split(x, 3)[1]; np.hsplit(A, [1])[1]
        np.vsplit(A, [1])[0]; np.pad(x, 1); np.meshgrid(x, c)[0]; np.atleast_1d(x); np.atleast_2d(x); np.copy(x)
        x.copy(); x[1:]; x[::-1]; x[[0, 0, 2]]; x[np.array([True, False, True, True])]; np.block([[A, A]])
        np.full_like(c, 2.0) * x; np.zeros_like(x) + x; np.ones_like(x) * x; np.extract([True, False, True, True], x)
        np.resize(x, 6); np.rollaxis(A, 1); x.astype(float); np.apply_along_axis(np.sum, 0, A);
        np.vectorize(lambda v: v * v)(x)
        np.choose([0, 1, 0, 1], [x, c])
    """,
    "Masks and places": """
        np.sum(x[x > 0]); x[x > 0].mean(); np.max(x[x < 1]); x[x > 0].min(); np.prod(x[x > 0]); np.std(x[x > 0])
        np.var(x[x > 0], ddof=1); np.sum(np.exp(x[x > 0]) * x[x > 0]); np.mean(np.log(x[x > 0.1])); x[x > 0] @ x[x > 0]
        np.linalg.norm(x[x < 0.5]); np.sum(A[A > 0.25] ** 2); np.sum(2 * x[(x > 0) & (x < 2)]); x[x > 0].size * x
        np.sum(x[(x > 0) * (x < 2)]); np.sum(x[np.where(x > 1, x > 0, x < 0)]); np.sum(x[np.maximum(x < 0, x > 1)])
        np.where(np.any(x[x > 0] > 2), x, 0.0); np.where(np.all(x[x > 0] > 0.4), x, 0.0); x[np.argsort(x)]
        x[np.argmax(x)]; x[np.argmin(x)]; np.choose(np.argmin(x), c) * x; np.choose(np.argsort(x), c) * x
        A[np.argmax(x[:3])]
        A[[0, 1, 2], np.argmin(A, axis=1)]; A[:, np.argmax(A[0])]; np.take(A, np.argsort(A[0]), axis=1)
        np.take_along_axis(A, np.argsort(A, axis=1), 1); np.argsort(np.argsort(x)) * x
        x[np.searchsorted(np.sort(x), 0.0)]; np.digitize(x, [0.5, 1.0]) * x
        np.choose(np.digitize(x, [1.0, 0.5], right=True), [1.0, 3.0, 2.0]) * x; np.bincount([0, 2, 0], weights=x[:3])
        np.argmax(A, axis=1) * x[:3]
        A[np.unravel_index(np.argmax(A), (3, 3))]; np.lib.stride_tricks.sliding_window_view(x, 2)
    """,
    "Linear algebra": """
        np.linalg.norm(x); np.linalg.norm(A); np.linalg.norm(x, 1); np.linalg.norm(x, np.inf)
        np.linalg.norm(A, axis=0); np.linalg.norm(A, 2); np.linalg.norm(A, 1); np.linalg.norm(x, 3)
        np.linalg.vector_norm(x); np.linalg.matrix_norm(A); np.linalg.det(A); np.linalg.slogdet(A)[1]
        np.linalg.inv(A); np.linalg.solve(A, x[:3]); np.linalg.solve(A, A.T); np.linalg.cholesky(A @ A.T)
        np.linalg.qr(A)[0]; np.linalg.qr(A)[1]; np.linalg.lstsq(A[:, :2], x[:3], rcond=None)[0]; np.linalg.eigvalsh(A)
        np.linalg.matrix_power(A, 3); np.linalg.matrix_power(A, -2); np.linalg.trace(A)
        np.linalg.norm(A, -2); np.linalg.norm(A, "nuc"); np.linalg.svdvals(A[:2]); np.linalg.svd(A, compute_uv=False)
        np.linalg.cond(A); np.linalg.cond(A, 1); np.linalg.pinv(A[:2]); np.linalg.pinv(A[:, :2])
        np.linalg.eigh(A @ A.T)[0]; np.linalg.eigh(A @ A.T)[1]; np.linalg.eigh(A + A.T, "U")[1]
        np.linalg.svd(A)[0]; np.linalg.svd(A)[1]; np.linalg.svd(A)[2]; np.linalg.svd(A[:2], full_matrices=False)[2]
        np.linalg.svd(A[:, :2], full_matrices=False)[0]
    """,
    "SciPy's special functions": """
        special.expit(x); special.log_expit(x); special.logit(x / 9 + 0.5); special.erf(x); special.erfc(x)
        special.erfinv(x / 3); special.erfcinv(x / 9 + 0.5);
        special.gamma(abs(x)); special.gammaln(abs(x))
        special.digamma(abs(x)); special.beta(abs(x), c); special.betaln(abs(x), c); special.xlogy(abs(x), c)
        special.xlog1py(abs(x), c); special.entr(abs(x)); special.ndtr(x); special.ndtri(x / 9 + 0.5)
        special.log_ndtr(x); special.gammainc(c, abs(x)); special.gammaincc(c, abs(x)); special.i0(x); special.i1(x)
        special.i0e(x)
        special.i1e(x); special.exp10(x); special.rel_entr(abs(x), c); special.kl_div(abs(x), c); special.huber(0.8, x)
        special.pseudo_huber(0.8, x); special.cosdg(x); special.sindg(x); special.tandg(x)
    """,
}  # fmt: skip

# What is differentiated eagerly, since it looks at the numbers, and is refused in a trace with a message that says so.
EAGER_ONLY = """
    x[x > 0]; np.trim_zeros(x); np.extract(x > 0, x); np.median(x[x > 0]); A[x[:3] > 0]
    A[:, A[0] > 0]; np.var(x, where=x > 0)
    np.nanstd(x); np.nanvar(x); np.nanmedian(x); np.nanpercentile(x, 30)
    x[np.flatnonzero(x > 0)]; x[np.nonzero(x > 0)]; x[np.where(x > 0)]
    np.linalg.matrix_rank(A) * x
"""

# What is refused, with a message that says what to do instead.
REFUSED = """
    np.fft.fft(x); np.linalg.svd(A[:2]); np.linalg.eig(A); np.linalg.eigvals(A);
    np.linalg.tensorinv(A); np.histogram(x); np.bincount(x)
    np.unique(x); np.roots(x); np.polyfit(c, x, 1); np.lexsort((x, c)); np.argpartition(x, 1)
    np.gcd(x, 2); np.lcm(x, 2); np.nextafter(x, 1.0); np.spacing(x); np.frexp(x); np.angle(x)
    np.isin(x, c); np.union1d(x, c); np.intersect1d(x, c); np.setdiff1d(x, c); np.left_shift(x, 1)
    np.einsum_path("i,i", x, x); np.interp(x, c, c, period=1.0); np.percentile(x, 30, method="nearest")
    np.sum(x, dtype=int); np.add(x, c, dtype=int); np.cumsum(x, dtype=int); np.poly(A); np.var(x, mean=0.5)
    np.quantile(x, 0.5, weights=c, method="inverted_cdf")
    np.sum(x, out=c); np.bincount(x, weights=c); np.add(x, c, out=c); np.copyto(c, x); np.put(c, 0, x[0])
    np.polydiv(x, c)
"""


def calls(text: str) -> list[str]:
    """The calls of a text, one a line or between semicolons."""
    return [call.strip() for line in text.splitlines() for call in line.split(";") if call.strip()]


ALL = {family: calls(text) for family, text in SUPPORTED.items()}
EAGER = calls(EAGER_ONLY)
NOT = calls(REFUSED)
