"""Which classes and functions a pickle may use: a list of what is known to be harmless.

What is not on it is not safe. Lists of what is forbidden lose: one function that reaches another is
enough (mmaitre314/picklescan#66, protectai/modelscan#263). A name of the standard library or of a
library that most environments have is dangerous unless it is listed or is a class; one of any other
package needs that package's code, which we have not read.
"""

from __future__ import annotations

import enum
import sys
from functools import cache

from repro_check.sources.checkpoints.pickles.values import Global
from repro_check.text import pattern


class Standing(enum.Enum):
    """What we know of a class or a function."""

    HARMLESS = "harmless"
    NEEDS_CODE = "needs code"
    DANGEROUS = "dangerous"


def standing(name: Global) -> Standing:
    """What is known of a name."""
    module, attribute = name.module, name.name
    if attribute in _listed().get(module, ()):
        return Standing.HARMLESS
    is_plain_class = _CLASS.fullmatch(attribute) is not None and attribute not in _BORROWED
    if is_plain_class and any(each.fullmatch(module) for each in _HARMLESS_MODULES):
        return Standing.HARMLESS
    root = module.partition(".")[0]
    if "." in attribute and any(map(_is_reaching, attribute.split("."))):
        return Standing.DANGEROUS
    # a module with an underscore belongs to the standard library of some version, `_interpreters`
    is_private = root.startswith("_") and not root.startswith("__")
    if root in sys.stdlib_module_names or root in _OTHER_STANDARD or is_private or not root:
        return Standing.DANGEROUS
    is_class = "." not in attribute and attribute.lstrip("_")[:1].isupper()
    if root in _INSTALLED_EVERYWHERE and not is_class:
        return Standing.DANGEROUS
    return Standing.NEEDS_CODE


@cache
def _listed() -> dict[str, frozenset[str]]:
    """The harmless names of each module."""
    found: dict[str, set[str]] = {}
    for line in _HARMLESS.strip().splitlines():
        modules, _, names = line.partition(":")
        for module in modules.split():
            found.setdefault(module, set()).update(names.split())
    return {module: frozenset(names) for module, names in found.items()}


# one line: modules, a colon, names. They build data; none of them runs, opens, imports or fetches.
_HARMLESS = """
builtins: bool bytearray bytes complex dict float frozenset int list object range set slice str tuple
builtins: NotImplemented Ellipsis ValueError TypeError KeyError RuntimeError Exception
collections: OrderedDict defaultdict Counter deque ChainMap UserDict UserList
copyreg: _reconstructor __newobj__ __newobj_ex__
_codecs: encode
datetime: date datetime time timedelta timezone
decimal: Decimal
fractions: Fraction
functools: partial
pathlib pathlib._local: Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath
uuid: UUID SafeUUID
argparse: Namespace
types: SimpleNamespace NoneType
typing: Any Callable Dict List Optional Sequence Set Tuple Union
zoneinfo: ZoneInfo
random: Random
array: array _array_reconstructor
numpy: ndarray dtype matrix recarray void bool_ bool8 bool str_ bytes_ object_ datetime64 timedelta64
numpy: float16 float32 float64 float128 longdouble half single double float_ complex64 complex128
numpy: int8 int16 int32 int64 int_ intc intp longlong uint8 uint16 uint32 uint64 uint uintc uintp ulonglong
numpy.core.multiarray numpy._core.multiarray: _reconstruct scalar
numpy.core.numeric numpy._core.numeric: _frombuffer
numpy.ma.core: MaskedArray _mareconstruct
numpy.random._pickle: __randomstate_ctor __generator_ctor __bit_generator_ctor
numpy.random: __RandomState_ctor RandomState
numpy.random.mtrand: RandomState
numpy.random._mt19937: MT19937 __pyx_unpickle_MT19937
numpy.random._pcg64: PCG64 PCG64DXSM
numpy.random._philox: Philox
numpy.random._sfc64: SFC64
numpy.random._generator: Generator
numpy.random.bit_generator: SeedSequence __pyx_unpickle_SeedSequence
numpy.dtypes: Float64DType Float32DType Int64DType Int32DType UInt8DType BoolDType ObjectDType
numpy.dtypes: Float16DType StrDType BytesDType StringDType
numpy.core.records numpy._core.records numpy.rec: recarray record
scipy.sparse scipy.sparse.csr scipy.sparse._csr: csr_matrix csr_array
scipy.sparse.csc scipy.sparse._csc scipy.sparse: csc_matrix csc_array
scipy.sparse.coo scipy.sparse._coo scipy.sparse: coo_matrix coo_array
scipy.sparse.lil scipy.sparse._lil scipy.sparse: lil_matrix lil_array
scipy.sparse.dia scipy.sparse._dia scipy.sparse: dia_matrix dia_array
scipy.sparse.dok scipy.sparse._dok scipy.sparse: dok_matrix dok_array
scipy.interpolate._interpolate scipy.interpolate.interpolate: interp1d PPoly BPoly
scipy.interpolate._fitpack2 scipy.interpolate.fitpack2: UnivariateSpline InterpolatedUnivariateSpline
scipy.interpolate._bsplines: BSpline
scipy.interpolate._cubic: CubicSpline PchipInterpolator Akima1DInterpolator
scipy.interpolate._rgi: RegularGridInterpolator
scipy.stats._kde scipy.stats.kde: gaussian_kde
scipy.spatial._ckdtree scipy.spatial.ckdtree: cKDTree cKDTreeNode
scipy.spatial._kdtree scipy.spatial.kdtree: KDTree
scipy.spatial.transform._rotation: Rotation
torch: Size device Tensor Generator FloatStorage HalfStorage DoubleStorage LongStorage IntStorage
torch: ShortStorage CharStorage ByteStorage BoolStorage BFloat16Storage ComplexFloatStorage
torch: ComplexDoubleStorage QInt8Storage QUInt8Storage QInt32Storage QUInt4x2Storage QUInt2x4Storage
torch: float16 float32 float64 bfloat16 half float double int8 int16 int32 int64 uint8 uint16 uint32
torch: uint64 long int short bool complex64 complex128 complex32 qint8 quint8 qint32 float8_e4m3fn
torch: float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz strided sparse_coo sparse_csr contiguous_format
torch: channels_last preserve_format per_tensor_affine per_channel_affine
torch.cuda: FloatStorage HalfStorage DoubleStorage LongStorage IntStorage ShortStorage CharStorage
torch.cuda: ByteStorage BoolStorage BFloat16Storage
torch.storage: UntypedStorage TypedStorage _LegacyStorage
torch.nn.parameter torch.nn: Parameter Buffer UninitializedParameter
torch._utils: _rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter
torch._utils: _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor
torch._utils: _rebuild_sparse_csr_tensor _rebuild_meta_tensor_no_storage _rebuild_nested_tensor
torch._utils: _rebuild_device_tensor_from_numpy _rebuild_device_tensor_from_cpu_tensor _rebuild_xla_tensor
torch._tensor: _rebuild_from_type _rebuild_from_type_v2
torch.serialization: _get_layout
torch.jit._pickle: build_intlist build_doublelist build_boollist build_tensorlist build_tensor_from_id
torch.jit._pickle: restore_type_tag
torch._C: _cuda_getDeviceCount
torch.nn.functional: relu gelu silu elu selu leaky_relu softplus sigmoid tanh softmax log_softmax mish
torch.nn.functional: cross_entropy mse_loss l1_loss nll_loss hardtanh hardswish relu6 dropout
torch._C._nn: gelu silu softplus leaky_relu elu_
torch: relu sigmoid tanh softmax
sklearn.metrics._dist_metrics sklearn.neighbors._kd_tree sklearn.neighbors._ball_tree: newObj
joblib.numpy_pickle: NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper
pandas._libs.internals: _unpickle_block BlockPlacement
pandas.core.indexes.base: _new_Index
pandas.core.indexes.datetimes: _new_DatetimeIndex
pandas.core.indexes.period: _new_PeriodIndex
pandas._libs.arrays: __pyx_unpickle_NDArrayBacked
pandas._libs.tslibs.timestamps: _unpickle_timestamp Timestamp
pandas._libs.tslibs.timedeltas: _timedelta_unpickle Timedelta
pandas._libs.tslibs.nattype: _nat_unpickle
pandas._libs.missing: NAType
pandas: DataFrame Series Index RangeIndex MultiIndex DatetimeIndex TimedeltaIndex PeriodIndex
pandas: IntervalIndex CategoricalIndex Categorical CategoricalDtype StringDtype DatetimeTZDtype
pandas: Int8Dtype Int16Dtype Int32Dtype Int64Dtype Float32Dtype Float64Dtype BooleanDtype Timestamp
pandas: Timedelta Period Interval IntervalDtype PeriodDtype SparseDtype NA NaT
pandas.arrays: StringArray ArrowStringArray DatetimeArray TimedeltaArray IntegerArray FloatingArray
pandas.arrays: BooleanArray PeriodArray IntervalArray SparseArray NumpyExtensionArray
lightning.fabric.utilities.data lightning_fabric.utilities.data: AttributeDict
pytorch_lightning.utilities.parsing lightning.pytorch.utilities.parsing: AttributeDict
"""
# modules whose own classes do no more than hold data when they are built and given their state
_HARMLESS_MODULES = tuple(
    pattern(each)
    for each in (
        r"torch\.nn\.modules\.(?!lazy|utils)\w+",
        r"torch\.optim\.\w+",
        r"sklearn\.(?!utils|externals|datasets|experimental)[\w.]+",
        r"sklearn\.utils\._bunch",
        r"pandas\.core\.(?!computation)[\w.]+",
        r"pandas\._libs\.(?!parsers)[\w.]+",
        r"omegaconf\.(dictconfig|listconfig|base|basecontainer|nodes)",
    )
)
# a class by its spelling: capitals alone are constants, but for these
_CLASS = pattern(
    r"__pyx_unpickle_[A-Za-z]\w*|_?[A-Z]\w*[a-z]\w*|"
    r"_?(ELU|SELU|CELU|GELU|GLU|GRU|LSTM|RNN|SVC|SVR|PCA|NMF|TSNE|MDS|OPTICS|DBSCAN|HDBSCAN|SGD|ASGD|LBFGS|RBF)"
)
# what such modules import from elsewhere
_BORROWED = frozenset("""
    Client Listener Connection Thread Queue Enum IntEnum MethodType ModuleType FunctionType CodeType
    FileStream InputStream StdinStream Progress Popen Process Pool Manager Parallel StringIO BytesIO
    TextIOWrapper ZipFile TarFile GzipFile Memory MemorizedFunc TemporaryDirectory NamedTemporaryFile
    HTTPError Request URLError Executor ThreadPoolExecutor ProcessPoolExecutor Environment Template
    """.split())


def _is_reaching(part: str) -> bool:
    """Whether a part of a dotted name leads to another module, or into how Python works."""
    return part.startswith("__") or part in sys.stdlib_module_names or part in _INSTALLED_EVERYWHERE


# of other versions of Python than the one that reads
_OTHER_STANDARD = frozenset(
    "__builtin__ commands popen2 posix nt ntpath os2 distutils imp asynchat asyncore smtpd test _pyrepl "
    "compression annotationlib lib2to3 idlelib telnetlib cgi pipes crypt nntplib uu xdrlib".split()
)
_INSTALLED_EVERYWHERE = frozenset("""
    IPython PIL _pytest accelerate aiohttp apt attr boto3 botocore catboost cffi click cloudpickle cv2
    dask datasets dill distributed django fabric fire flask fsspec git google httpx huggingface_hub
    ipykernel ipywidgets invoke jax jaxlib jinja2 joblib jupyter_client keras lightgbm lightning
    lightning_fabric lxml mako matplotlib mlflow multiprocess networkx nltk notebook numba numexpr
    numpy onnx onnxruntime openai pandas paramiko pathos pexpect pip pkg_resources platformdirs plumbum
    ptyprocess pyarrow pygments pytest pytorch_lightning ray requests rich safetensors scipy seaborn
    setuptools sh six sklearn skops streamlit sympy tensorboard tensorflow tokenizers toolz torch
    torchaudio torchvision tornado tqdm traitlets transformers triton typer urllib3 wandb werkzeug
    wheel xgboost yaml zmq
    """.split())
