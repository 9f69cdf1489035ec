"""Which outside calls draw a value, hand one on, hold several by name, or read a config."""

from __future__ import annotations

from repro_check.project.libraries import drawn_by
from repro_check.text import pattern

_DRAWN = pattern(
    r"^(time\.(time|time_ns|perf_counter(_ns)?|monotonic(_ns)?|process_time(_ns)?|clock|ctime|"
    r"localtime|gmtime|strftime)|"
    r"datetime\.(datetime\.)?(now|utcnow|today)|datetime\.date\.today|"
    r"os\.(getpid|urandom|getrandom)|multiprocessing\.current_process|threading\.get_ident|"
    r"uuid\.uuid[14]|secrets\.\w+|random\.SystemRandom|torch\.(random\.)?seed|"
    r"numpy\.random\.(bytes|tomaxint)|torch\.cuda\.seed)$"
)
_GENERATOR_DRAW = pattern(r"^(random|numpy\.random|torch)\.")
# the whole value goes through; hashing libraries are repeatable, `hash` of a text is not
_PASSES = pattern(
    r"^(builtins\.(int|float|str|abs|round|bool|sum|min|max|pow|divmod|list|tuple|sorted|repr|bytes|"
    r"int\.from_bytes)|copy\.(copy|deepcopy)|numpy\.(u?int\d*|array|asarray|abs|mod|frombuffer)|"
    r"torch\.(tensor|as_tensor|LongTensor|IntTensor|initial_seed_of)|math\.(floor|ceil|trunc)|"
    r"zlib\.(crc32|adler32)|hashlib\.\w+|binascii\.\w+|struct\.unpack|int\.from_bytes|"
    r"jax\.random\.(PRNGKey|key|split|fold_in)|numpy\.random\.SeedSequence)$"
)
_PASSING_METHODS = frozenset(
    "item strip lower upper encode decode split hexdigest digest tolist timestamp microsecond "
    "total_seconds strftime isoformat int hex copy generate_state spawn numpy cpu long "
    "replace format zfill".split()
)
# `Box(mapping)`, `vars(args)`: what is asked by name is asked of the argument
_HOLDS = pattern(
    r"(^|\.)(vars|dict|OrderedDict|defaultdict|SimpleNamespace|Namespace|EasyDict|edict|Box|DotMap|"
    r"DotDict|Dotdict|dotdict|AttrDict|AttributeDict|Munch|munchify|ConfigDict|FrozenConfigDict|asdict|"
    r"to_container|to_object|create|structured|deepcopy|copy|replace|OmegaConf\.merge|merge|"
    r"Config|CfgNode|to_dict|instantiate_config|dict2namespace|MappingProxyType|ChainMap)$"
)
_LOADS = pattern(
    r"(^|\.)(yaml\.(safe_load|load|full_load|unsafe_load|load_all)|safe_load|OmegaConf\.load|"
    r"json\.loads?|toml\.loads?|tomllib\.loads?|tomli\.loads?|Config\.fromfile|"
    r"load_config|YAML\(\)\.load)$"
)
_RANK = pattern(
    r"^(global_|local_|node_|dp_|ddp_|process_|mpi_)?rank$|^(LOCAL_|GLOBAL_|NODE_)?RANK$|^worker_id$|"
    r"^worker_idx$|^(process|worker|proc|rank)_(index|idx|id|num)$|^gpu_id$|^SLURM_(PROCID|LOCALID)$|"
    r"^(world_size|WORLD_SIZE|get_rank|get_world_size|process_index|get_global_rank|"
    r"get_local_rank|get_node_local_rank)$"
)


def draw_of(target: str) -> str:
    """The outside name that a call draws from, "" if it does not draw."""
    name = target.partition("()")[0]
    if _DRAWN.match(name):
        return name
    return name if drawn_by(name) and _GENERATOR_DRAW.match(name) and "(" not in target else ""


def is_generator_draw(target: str) -> bool:
    """Whether what is drawn comes from a global generator, which may have been seeded before."""
    name = target.rpartition(".")[2]
    return bool(_GENERATOR_DRAW.match(target)) and name not in {"seed", "SystemRandom"}


def passes_on(target: str) -> bool:
    """Whether the result of this outside call is made of its arguments alone."""
    return _PASSES.match(target) is not None


def is_passing_method(name: str) -> bool:
    """Whether a method's result is made of its object alone."""
    return name in _PASSING_METHODS


def holds_by_name(name: str) -> bool:
    """Whether the result of this call gives access to what its arguments hold by name."""
    return _HOLDS.search(name) is not None


def loads_config(name: str) -> bool:
    """Whether this call reads a configuration file into a mapping."""
    return _LOADS.search(name) is not None


def is_rank(name: str) -> bool:
    """Whether a plain name, a function or an environment variable tells the number of a process."""
    return _RANK.match(name) is not None
