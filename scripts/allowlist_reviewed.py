"""Names that were read and found harmless one by one: what no kind of class covers.

A listed function may be called with any arguments that a file chooses, so none may import, look up an
attribute by name, open, run or evaluate anything. These were read and left out, and stay out:
``numpy.core._ufunc_reconstruct`` (imports any module), ``functools.reduce``, ``operator.attrgetter``,
``numpy.load`` and all readers, ``scipy.stats`` distributions (``exec`` of their state when rebuilt),
``joblib.load``, ``pandas.read_pickle``, ``pandas.DataFrame.eval``, ``sklearn.utils.parallel`` (runs what it is
given), ``sklearn.datasets`` (downloads), ``zoneinfo.ZoneInfo`` and ``pytz._p`` (read files by the name given).
"""

from __future__ import annotations

_UFUNCS = (
    "abs absolute add arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil clip conjugate cos cosh deg2rad degrees"
    " exp exp2 expm1 fabs float_power floor fmax fmin isfinite isinf isnan log log10 log1p log2 logaddexp logical_not"
    " maximum minimum mod multiply negative positive power rad2deg radians reciprocal remainder rint sign sin sinh"
    " spacing sqrt square subtract tan tanh trunc divide true_divide"
)
_SCALARS = (
    "bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 longdouble complex64"
    " complex128 str_ bytes_ object_ datetime64 timedelta64 intc longlong"
)
_REDUCTIONS = "mean median max min sum std var ravel nan_to_num round amax amin nanmean nanmedian"
_STRATEGIES = "MT19937 PCG64 PCG64DXSM Philox SFC64"
_SCIPY_SPARSE = ("csr", "csc", "coo", "lil", "dok", "bsr", "dia")


def _words(module: str, words: str) -> list[str]:
    return [module + "." + word for word in words.split()]


PYTHON = [
    *_words(
        "builtins",
        "set frozenset slice complex bytearray bytes object list dict tuple int float bool str range",
    ),
    *_words("collections", "OrderedDict defaultdict Counter deque"),
    *_words("copyreg", "_reconstructor"),
    *_words("datetime", "date datetime timedelta timezone"),
    *_words("decimal", "Decimal"),
    *_words("fractions", "Fraction"),
    *_words("functools", "partial"),
    "_codecs.encode",
    "uuid.UUID",
]

NUMPY = [
    *_words("numpy", "ndarray dtype matrix recarray"),
    *_words("numpy", _UFUNCS),
    *_words("numpy", _SCALARS),
    *_words("numpy", _REDUCTIONS),
    *_words("numpy.core._multiarray_umath", _UFUNCS),
    *_words("numpy._core._multiarray_umath", _UFUNCS),
    *_words("numpy.core.umath", _UFUNCS),
    *_words("numpy._core.umath", _UFUNCS),
    *_words("numpy.core.multiarray", "_reconstruct scalar"),
    *_words("numpy._core.multiarray", "_reconstruct scalar"),
    *_words("numpy.core.numeric", "_frombuffer"),
    *_words("numpy._core.numeric", "_frombuffer"),
    *_words("numpy.core.fromnumeric", _REDUCTIONS),
    *_words("numpy._core.fromnumeric", _REDUCTIONS),
    *_words("numpy.ma", "MaskedArray"),
    *_words("numpy.ma.core", "_mareconstruct MaskedArray MaskedConstant"),
    *_words("numpy.random", "RandomState Generator SeedSequence"),
    *_words("numpy.random", _STRATEGIES),
    *_words("numpy.random._pickle", "__randomstate_ctor __bit_generator_ctor __generator_ctor"),
    *_words("numpy.random.bit_generator", "SeedSequence __pyx_unpickle_SeedSequence"),
    *_words("numpy.random.mtrand", "RandomState"),
    *_words("numpy.random._generator", "Generator"),
    "numpy.random._mt19937.MT19937",
    "numpy.random._pcg64.PCG64",
    "numpy.random._pcg64.PCG64DXSM",
    "numpy.random._philox.Philox",
    "numpy.random._sfc64.SFC64",
    "numpy.dtypes.StringDType",
    "numpy._core._internal._convert_to_stringdtype_kwargs",
]

SCIPY = [
    *(f"scipy.sparse._{kind}.{kind}_{form}" for kind in _SCIPY_SPARSE for form in ("matrix", "array")),
    *(f"scipy.sparse.{kind}.{kind}_matrix" for kind in _SCIPY_SPARSE),
    "scipy.interpolate._bsplines.BSpline",
    "scipy.interpolate._bsplines._BSpline",
    "scipy.interpolate._interpolate.PPoly",
    "scipy.interpolate.interpolate.interp1d",
    "scipy.interpolate._interpolate.interp1d",
    "scipy._lib.array_api_compat.numpy._aliases.asarray",
    "scipy._external.array_api_compat.numpy._aliases.asarray",
    *_words("scipy.special", "expit logit log1p xlogy boxcox inv_boxcox"),
    *_words("scipy.special._ufuncs", "expit logit log1p xlogy boxcox inv_boxcox"),
]

_DTYPES = " ".join(f"{sign}Int{bits}Dtype" for sign in ("", "U") for bits in (8, 16, 32, 64))

_OFFSETS = (
    "Day BusinessDay Week MonthBegin MonthEnd QuarterBegin QuarterEnd YearBegin YearEnd Hour Minute Second"
)

#: Tables and their parts: encoders keep them in their state. Building one runs nothing.
PANDAS = [
    *_words("pandas", "DataFrame Series Index RangeIndex MultiIndex CategoricalIndex DatetimeIndex NA"),
    *_words(
        "pandas", "Categorical CategoricalDtype StringDtype BooleanDtype Float32Dtype Float64Dtype " + _DTYPES
    ),
    *_words(
        "pandas.arrays", "ArrowStringArray StringArray BooleanArray DatetimeArray FloatingArray IntegerArray"
    ),
    *_words("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"),
    *_words("pandas._libs.internals", "_unpickle_block"),
    *_words("pandas._libs.missing", "NA NAType"),
    *_words("pandas.core.arrays.boolean", "BooleanArray BooleanDtype"),
    *_words("pandas.core.arrays.categorical", "Categorical"),
    *_words("pandas.core.arrays.datetimes", "DatetimeArray"),
    *_words("pandas.core.arrays.floating", "FloatingArray Float32Dtype Float64Dtype"),
    *_words("pandas.core.arrays.integer", "IntegerArray " + _DTYPES),
    *_words("pandas.core.arrays.string_", "StringArray StringDtype"),
    *_words("pandas.core.arrays.string_arrow", "ArrowStringArray"),
    *_words("pandas.core.dtypes.dtypes", "CategoricalDtype"),
    *_words("pandas.core.frame", "DataFrame"),
    *_words("pandas.core.series", "Series"),
    *_words("pandas.core.indexes.base", "Index _new_Index"),
    *_words("pandas.core.indexes.category", "CategoricalIndex"),
    *_words("pandas.core.indexes.datetimes", "DatetimeIndex _new_DatetimeIndex"),
    *_words("pandas.core.indexes.multi", "MultiIndex"),
    *_words("pandas.core.indexes.range", "RangeIndex"),
    *_words("pandas.core.internals.managers", "BlockManager SingleBlockManager"),
    *_words("pandas", "ArrowDtype DatetimeTZDtype PeriodDtype SparseDtype"),
    *_words("pandas", "Interval IntervalIndex PeriodIndex TimedeltaIndex"),
    *_words("pandas.arrays", "ArrowExtensionArray PeriodArray SparseArray TimedeltaArray"),
    *_words("pandas._libs.interval", "Interval"),
    *_words("pandas._libs.sparse", "BlockIndex IntIndex"),
    *_words("pandas._libs.tslibs.nattype", "_nat_unpickle __nat_unpickle"),
    *_words("pandas._libs.tslibs.offsets", _OFFSETS),
    *_words("pandas._libs.tslibs.timedeltas", "_timedelta_unpickle"),
    *_words("pandas._libs.tslibs.timestamps", "_unpickle_timestamp"),
    *_words("pandas.core.arrays.arrow.array", "ArrowExtensionArray"),
    *_words("pandas.core.arrays.period", "PeriodArray"),
    *_words("pandas.core.arrays.sparse.array", "SparseArray"),
    *_words("pandas.core.arrays.sparse.dtype", "SparseDtype"),
    *_words("pandas.core.arrays.timedeltas", "TimedeltaArray"),
    *_words("pandas.core.dtypes.dtypes", "ArrowDtype DatetimeTZDtype PeriodDtype SparseDtype"),
    *_words("pandas.core.indexes.interval", "IntervalIndex _new_IntervalIndex"),
    *_words("pandas.core.indexes.numeric", "Float64Index Int64Index UInt64Index"),
    *_words("pandas.core.indexes.period", "PeriodIndex"),
    *_words("pandas.core.indexes.timedeltas", "TimedeltaIndex _new_TimedeltaIndex"),
    *_words("pyarrow.lib", "_restore_array dictionary duration py_buffer timestamp type_for_alias"),
    "pytz._UTC",
]

SCIKIT_LEARN = [
    "sklearn._loss.link.Interval",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.cluster._birch._CFNode",
    "sklearn.cluster._birch._CFSubcluster",
    "sklearn.cluster._bisect_k_means._BisectingTree",
    *_words("sklearn.cluster._kmeans", "_kmeans_single_lloyd _kmeans_single_elkan lloyd_iter_chunked_dense"),
    "sklearn.compose._column_transformer.make_column_selector",
    "sklearn.compose._column_transformer._RemainderColsList",
    "sklearn.ensemble._gb_losses.BinomialDeviance",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.gaussian_process.kernels.Hyperparameter",
    "sklearn.metrics._dist_metrics.newObj",
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.metrics._scorer._passthrough_scorer",
    "sklearn.model_selection._split._CVIterableWrapper",
    "sklearn.neighbors._ball_tree.newObj",
    "sklearn.neighbors._kd_tree.newObj",
    "sklearn.tree._tree.Tree",
    "sklearn.utils._bunch.Bunch",
    "sklearn.utils._metadata_requests.MetadataRequest",
    "sklearn.utils._metadata_requests.MethodMetadataRequest",
    "sklearn.utils.deprecation.DeprecationDict",
]

#: Modules whose public functions compute a number or a score from arrays and do nothing else.
PURE_MODULES = (
    "sklearn.feature_selection._mutual_info",
    "sklearn.feature_selection._univariate_selection",
    "sklearn.metrics._classification",
    "sklearn.metrics._ranking",
    "sklearn.metrics._regression",
    "sklearn.metrics.cluster._supervised",
    "sklearn.metrics.cluster._unsupervised",
)

BOOSTING = [
    *_words("xgboost.core", "Booster"),
    *_words(
        "xgboost.sklearn", "XGBModel XGBClassifier XGBRegressor XGBRanker XGBRFClassifier XGBRFRegressor"
    ),
    *_words("lightgbm.sklearn", "LGBMModel LGBMClassifier LGBMRegressor LGBMRanker"),
    *_words("lightgbm.basic", "Booster"),
]

#: Named by a search over distributions of scipy, which a fitted model no longer needs. They are replaced by an
#: object that does nothing: the real classes run text of the file (``exec``) when they are rebuilt.
INERT = [
    "builtins.getattr",
    "numpy.vectorize",
    "numpy.lib._function_base_impl.vectorize",
    "numpy.lib.function_base.vectorize",
    *_words(
        "scipy.stats._distn_infrastructure", "rv_frozen rv_continuous_frozen rv_discrete_frozen rv_sample"
    ),
    "joblib.memory.Memory",
    "joblib._store_backends.FileSystemStoreBackend",
]
#: Every distribution of these modules is inert.
INERT_MODULES = ("scipy.stats._continuous_distns", "scipy.stats._discrete_distns")

OURS = ["joblib.numpy_pickle.NumpyArrayWrapper"]

ALL = frozenset([*PYTHON, *NUMPY, *SCIPY, *PANDAS, *SCIKIT_LEARN, *BOOSTING, *OURS])
