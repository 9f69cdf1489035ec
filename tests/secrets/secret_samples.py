"""Made-up tokens of every kind, built at run time so that none stands in the repository."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
HEX = DIGITS + "abcdef"
ALNUM = LOWER + UPPER + DIGITS
URLSAFE = ALNUM + "_-"


def draw(alphabet: str, length: int, *, seed: int = 0) -> str:
    """A random string that holds a letter and a digit wherever the alphabet has both."""
    source = random.Random(f"{alphabet}{length}{seed}")
    while True:
        token = "".join(source.choice(alphabet) for _ in range(length))
        ends_well = token[0].isalnum() and token[-1].isalnum()
        if ends_well and all(
            any(character in group for character in token)
            for group in (DIGITS, LOWER, UPPER)
            if set(group) <= set(alphabet)
        ):
            return token


Make = Callable[[int], str]


def shape(prefix: str, alphabet: str, length: int, suffix: str = "") -> Make:
    return lambda seed: prefix + draw(alphabet, length, seed=seed) + suffix


# Tokens with a shape of their own: they are found under any name.
SHAPED: dict[str, Make] = {
    "Hugging Face Token": shape("h" + "f_", LOWER + UPPER, 34),
    "OpenAI API Key": shape("s" + "k-proj-", URLSAFE, 74),
    "OpenAI API Key (legacy)": lambda seed: (
        "s" + "k-" + draw(ALNUM, 20, seed=seed) + "T3Blbk" + "FJ" + draw(ALNUM, 20, seed=seed + 1)
    ),
    "OpenAI API Key (service account)": shape("s" + "k-svcacct-", URLSAFE, 74),
    "OpenAI API Key (administrator)": shape("s" + "k-admin-", URLSAFE, 74),
    "OpenAI API Key (copied shape)": shape("s" + "k-", HEX, 32),
    "OpenRouter API Key": shape("s" + "k-or-v1-", HEX, 64),
    "Anthropic API Key": shape("s" + "k-ant-api03-", URLSAFE, 93, "AA"),
    "Anthropic API Key (administrator)": shape("s" + "k-ant-admin01-", URLSAFE, 93, "AA"),
    "Replicate Token": shape("r" + "8_", ALNUM, 37),
    "Groq API Key": shape("gs" + "k_", ALNUM, 52),
    "xAI API Key": shape("xa" + "i-", ALNUM, 80),
    "NVIDIA API Key": shape("nva" + "pi-", URLSAFE, 64),
    "Perplexity API Key": shape("ppl" + "x-", ALNUM, 48),
    "Voyage API Key": shape("p" + "a-", URLSAFE, 43),
    "Together API Key": shape("tgp" + "_v1_", URLSAFE, 43),
    "Fireworks API Key": shape("f" + "w_", ALNUM, 24),
    "Search API Key (Tavily)": shape("tvl" + "y-dev-", ALNUM, 32),
    "Search API Key (Jina)": lambda seed: (
        "jin" + "a_" + draw(HEX, 32, seed=seed) + draw(ALNUM, 28, seed=seed)
    ),
    "Pinecone API Key": lambda seed: (
        "pcs" + "k_" + draw(ALNUM, 6, seed=seed) + "_" + draw(ALNUM, 63, seed=seed)
    ),
    "LangSmith API Key": lambda seed: (
        "lsv" + "2_pt_" + draw(HEX, 32, seed=seed) + "_" + draw(HEX, 10, seed=seed)
    ),
    "GitHub Token": shape("gh" + "p_", ALNUM, 36),
    "GitHub Token (fine-grained)": lambda seed: (
        "github" + "_pat_" + draw(ALNUM, 22, seed=seed) + "_" + draw(ALNUM, 59, seed=seed)
    ),
    "GitHub Token (of an app)": shape("gh" + "s_", ALNUM, 36),
    "GitLab Token": shape("gl" + "pat-", URLSAFE, 20),
    "GitLab Token (deploy)": shape("gl" + "dt-", URLSAFE, 20),
    "GitLab Token (routed)": lambda seed: (
        "gl" + "pat-" + draw(URLSAFE, 27, seed=seed) + ".01." + draw(LOWER + DIGITS, 9, seed=seed)
    ),
    "NPM Token": shape("np" + "m_", ALNUM, 36),
    "Overleaf Git Token": shape("ol" + "p_", ALNUM, 36),
    "Docker Hub Token": shape("dckr" + "_pat_", URLSAFE, 27),
    "AWS Access Key": shape("AK" + "IA", UPPER + DIGITS, 16),
    "Google API Key": shape("AI" + "za", URLSAFE, 35),
    "Google API Key (OAuth secret)": shape("GOC" + "SPX-", URLSAFE, 28),
    "Databricks Token": shape("da" + "pi", HEX, 32),
    "Modal Token": shape("a" + "k-", ALNUM, 22),
    "Modal Token (secret)": shape("a" + "s-", ALNUM, 22),
    "RunPod API Key": shape("rp" + "a_", UPPER + DIGITS, 40),
    "DigitalOcean Token": shape("do" + "p_v1_", HEX, 64),
    "Prefect API Key": shape("pn" + "u_", ALNUM, 36),
    "Kaggle Token": shape("KG" + "AT_", HEX, 32),
    "W&B API Key": shape("wandb" + "_v1_", ALNUM + "_", 77),
    "W&B API Key (local server)": shape("loca" + "l-", HEX, 40),
    "Neptune API Token": shape("eyJhcGlf" + "YWRkcmVzcyI6", ALNUM, 120),
    "Stripe Access Key": shape("s" + "k_li" + "ve_", ALNUM, 24),
    "Slack Token": lambda seed: (
        "xo" + "xb-" + draw(DIGITS, 12, seed=seed) + "-" + draw(LOWER + DIGITS, 24, seed=seed)
    ),
    "SendGrid API Key": lambda seed: (
        "S" + "G." + draw(URLSAFE, 22, seed=seed) + "." + draw(URLSAFE, 43, seed=seed)
    ),
    "PyPI Token": shape("py" + "pi-AgEIcHlwaS5vcmc", URLSAFE, 100),
}

# Tokens that only the name beside them tells: the variable that people keep them in, and a value.
NAMED: dict[str, tuple[str, Make]] = {
    "W&B Classic API Key": ("WANDB_API_KEY", shape("", HEX, 40)),
    "Kaggle API Key": ("KAGGLE_KEY", shape("", HEX, 32)),
    "Comet API Key": ("COMET_API_KEY", shape("", ALNUM, 25)),
    "Research Archive Token (Zenodo)": ("ZENODO_TOKEN", shape("", ALNUM, 60)),
    "Research Archive Token (Figshare)": ("FIGSHARE_TOKEN", shape("", HEX, 128)),
    "Research Archive Token (OSF)": ("OSF_TOKEN", shape("", ALNUM, 70)),
    "Model Service API Key (Cohere)": ("COHERE_API_KEY", shape("", ALNUM, 40)),
    "Model Service API Key (Mistral)": ("MISTRAL_API_KEY", shape("", ALNUM, 32)),
    "Model Service API Key (Azure)": ("AZURE_OPENAI_API_KEY", shape("", HEX, 32)),
    "Model Service API Key (Azure, long)": ("AZURE_OPENAI_API_KEY", shape("", ALNUM, 84)),
    "Model Service API Key (Materials Project)": (
        "MATERIALS_PROJECT_API_KEY",
        shape("", ALNUM, 32),
    ),
    "Pinecone Classic API Key": (
        "PINECONE_API_KEY",
        lambda seed: "-".join(
            draw(HEX, size, seed=seed * 5 + part) for part, size in enumerate((8, 4, 4, 4, 12))
        ),
    ),
    "Named Secret (Azure storage)": ("AZURE_STORAGE_KEY", shape("", ALNUM + "+", 86, "==")),
    "Model Service API Key (Together)": ("TOGETHER_API_KEY", shape("", HEX, 64)),
    "Model Service API Key (Roboflow)": ("ROBOFLOW_API_KEY", shape("", ALNUM, 20)),
    "Model Service API Key (NCBI)": ("NCBI_API_KEY", shape("", HEX, 36)),
    "AWS Access Key (secret)": ("AWS_SECRET_ACCESS_KEY", shape("", ALNUM + "+", 40)),
    "Named Secret (unknown service)": ("MY_LAB_API_KEY", shape("", ALNUM, 30)),
    "Named Secret (access token of a forge)": ("DEVOPS_PAT", shape("", LOWER + DIGITS, 52)),
    "Named Secret (password)": ("DB_PASSWORD", shape("", ALNUM, 12)),
}

# Secrets that the text around them tells: that text, and the value that stands in its braces.
CARRIED: dict[str, tuple[str, Make]] = {
    "Basic Auth Credentials": ("postgresql://ada:{}@db.lab.org:5432/runs", shape("", ALNUM, 14)),
    "Basic Auth Credentials (MongoDB)": (
        "mongodb+srv://ada:{}@cluster0.lab.mongodb.net/runs",
        shape("", ALNUM, 16),
    ),
    "Database Password (no user)": ("redis://:{}@queue.lab.org:6379/0", shape("", ALNUM, 20)),
    "Database Password (symbols)": (
        "mysql+pymysql://ada:{}@db.lab.org/runs",
        shape("x!", ALNUM, 9),
    ),
    "Token in URL (Jupyter)": ("http://node17:8888/lab?token={}", shape("", HEX, 48)),
    "Netrc Password": ("machine api.wandb.ai login user password {}", shape("", HEX, 40)),
    "Password on Command Line": ("sshpass -p {} scp model.pt cluster:", shape("", ALNUM, 12)),
    "Bearer Token": ("Authorization: Bearer {}", shape("", ALNUM, 40)),
    "Azure Storage Account access key": (
        "DefaultEndpointsProtocol=https;AccountName=lab;{};EndpointSuffix=core.windows.net",
        shape("AccountKey=", ALNUM + "+/", 86, "=="),
    ),
    "Private Key": (
        "-----BEGIN " + "PRIVATE KEY-----\\n{}\\n-----END PRIVATE KEY-----\\n",
        lambda seed: "\\n".join(draw(ALNUM, 64, seed=seed + line) for line in range(26)),
    ),
}

# Where a token may stand: the path, and the line with `{name}` and `{value}`.
SETTINGS: dict[str, tuple[str, str]] = {
    "assignment": ("train.py", '{name} = "{value}"'),
    "annotated": ("train.py", "{name}: str = '{value}'"),
    "call": ("train.py", 'connect({name}="{value}")'),
    "assigned call": ("train.py", 'client = connect({name}="{value}", retries=3)'),
    "environ": ("train.py", 'os.environ["{name}"] = "{value}"'),
    "setdefault": ("train.py", 'os.environ.setdefault("{name}", "{value}")'),
    "dictionary": ("train.py", 'headers = {{"{name}": "{value}"}}'),
    "export": ("run.sh", "export {name}={value}"),
    "sbatch": ("job.sbatch", "srun --export=ALL,{name}={value} python train.py"),
    "dotenv": (".env", "{name}={value}"),
    "yaml": ("config.yaml", "  {name}: {value}"),
    "yaml quoted": ("config.yaml", '  {name}: "{value}"  # do not share'),
    "json": ("config.json", '  "{name}": "{value}",'),
    "escaped json": ("log.json", '"cmd": "{name}=\\"{value}\\"\\n"'),
    "toml": ("settings.toml", '{name} = "{value}"'),
    "ini": ("setup.cfg", "{name} = {value}"),
    "dockerfile": ("Dockerfile", "ENV {name} {value}"),
    "magic": ("a.ipynb", "%env {name}={value}"),
    "markdown": ("README.md", "    export {name}='{value}'"),
}
