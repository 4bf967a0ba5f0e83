"""Asks the taped xAI through an older openai, whose transport is httpx; says what came back as one line of JSON.

Run by ``test_vcr.py`` with an interpreter that has that openai.
"""

import asyncio
import json

import openai

from grokgate.formats.fixtures import prompts
from grokgate.formats.home import home
from grokgate.intercept.replay import Replay
from grokgate.intercept.vcr import intercepted
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world

BASE = "https://api.x.ai/v1"
KEY = "example-key"
ASKED = {"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}]}


def joined(chunks):
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


def through_sync():
    client = openai.OpenAI(api_key=KEY, base_url=BASE)
    answer = client.chat.completions.create(**ASKED).choices[0].message.content
    return answer, joined(client.chat.completions.create(**ASKED, stream=True))


async def through_async():
    client = openai.AsyncOpenAI(api_key=KEY, base_url=BASE)
    answer = (await client.chat.completions.create(**ASKED)).choices[0].message.content
    return answer, joined([chunk async for chunk in await client.chat.completions.create(**ASKED, stream=True)])


def missed():
    try:
        openai.OpenAI(api_key=KEY, base_url=BASE).completions.create(model="grok-4", prompt="Hi")
    except openai.APIStatusError as error:
        return error.status_code


def main():
    replay = Replay(Tape(load_world(home() / "cassettes" / "grok-4-0709"), prompts(), key=KEY))
    with intercepted(replay, BASE), replay.call() as log:
        said = {"texts": [*through_sync(), *asyncio.run(through_async())], "miss": missed()}
    rules = [exchange.answer.rule for exchange in log.exchanges]
    print(json.dumps(said | {"version": openai.__version__, "rules": rules}))


main()
