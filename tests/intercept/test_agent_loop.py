"""Agents that call a tool, look at its result and call again: the model does what the script says, whoever asks and however."""

import json

import httpx
import openai
import pytest

from grokgate.values.script import Called, Scripted, calls, says

KEY = "example-key"
PLACE = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
TOOLS = {"find_train": "08:15", "book_seat": "booked"}
"""What each tool gives back."""
QUESTION = "Bring me to the sea tomorrow."
"""It speaks of no tool."""
FIND = calls("find_train", place="Oslo")
PAIR = (Called(name="book_seat", arguments={"place": "Oslo"}), Called(name="find_train", arguments={"place": "Moss"}))
BOOK = Scripted(calls=PAIR)
LOOPS = {"two": (FIND, says("At 08:15.")), "three": (FIND, BOOK, says("At 08:15, and it is booked."))}


class Chat:
    """The loop on chat completions, by httpx."""

    def __init__(self, url, streamed):
        self.url, self.streamed = url, streamed
        self.turns = [{"role": "user", "content": QUESTION}]
        self.tools = [{"type": "function", "function": {"name": name, "parameters": PLACE}} for name in TOOLS]

    def ask(self):
        """The next answer: its text, and its calls as id, name and arguments."""
        message = self.message({"model": "grok-4", "messages": self.turns, "tools": self.tools})
        made = message.get("tool_calls") or []
        self.turns.append({"role": "assistant", "content": message["content"], **({"tool_calls": made} if made else {})})
        return message["content"] or "", [(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in made]

    def message(self, body):
        with httpx.Client(headers={"authorization": f"Bearer {KEY}"}) as client:
            answer = client.post(f"{self.url}/chat/completions", json=body | ({"stream": True} if self.streamed else {}))
        assert answer.status_code == 200, answer.text
        if not self.streamed:
            return answer.json()["choices"][0]["message"]
        deltas = [event["choices"][0]["delta"] for event in events(answer.text)]
        text = "".join(delta.get("content") or "" for delta in deltas)
        return {"content": text, "tool_calls": [call for delta in deltas for call in delta.get("tool_calls", ())]}

    def give(self, id, result):
        self.turns.append({"role": "tool", "tool_call_id": id, "content": result})


class Responses(Chat):
    """The loop on responses, by httpx: what came goes back as it came."""

    def __init__(self, url, streamed):
        super().__init__(url, streamed)
        self.tools = [{"type": "function", "name": name, "parameters": PLACE} for name in TOOLS]

    def ask(self):
        output = self.output({"model": "grok-4", "input": self.turns, "tools": self.tools})
        self.turns += output
        text = "".join(part["text"] for item in output if item["type"] == "message" for part in item["content"])
        return text, [(i["call_id"], i["name"], i["arguments"]) for i in output if i["type"] == "function_call"]

    def output(self, body):
        with httpx.Client(headers={"authorization": f"Bearer {KEY}"}) as client:
            answer = client.post(f"{self.url}/responses", json=body | ({"stream": True} if self.streamed else {}))
        assert answer.status_code == 200, answer.text
        return (events(answer.text)[-1]["response"] if self.streamed else answer.json())["output"]

    def give(self, id, result):
        self.turns.append({"type": "function_call_output", "call_id": id, "output": result})


class ChatByOpenAI(Chat):
    """The same by openai's client."""

    def message(self, body):
        with openai.OpenAI(api_key=KEY, base_url=self.url, max_retries=0) as client:
            if not self.streamed:
                return client.chat.completions.create(**body).choices[0].message.model_dump()
            with client.chat.completions.stream(**body) as stream:
                return stream.get_final_completion().choices[0].message.model_dump()


class ResponsesByOpenAI(Responses):
    """The same by openai's client."""

    def output(self, body):
        with openai.OpenAI(api_key=KEY, base_url=self.url, max_retries=0) as client:
            if not self.streamed:
                return client.responses.create(**body).model_dump(exclude_unset=True)["output"]
            with client.responses.stream(**body) as stream:
                return stream.get_final_response().model_dump(exclude_unset=True)["output"]


class GoesOn(Responses):
    """The loop on responses, each request going on with what xAI has stored."""

    def __init__(self, url, streamed):
        super().__init__(url, streamed)
        self.last = None

    def output(self, body):
        with openai.OpenAI(api_key=KEY, base_url=self.url, max_retries=0) as client:
            if not self.streamed:
                response = client.responses.create(**body, previous_response_id=self.last)
            else:
                with client.responses.stream(**body, previous_response_id=self.last) as stream:
                    response = stream.get_final_response()
        self.last = response.id
        return response.model_dump(exclude_unset=True)["output"]

    def ask(self):
        told = super().ask()
        self.turns = []
        return told


def events(text):
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: {")]


@pytest.mark.parametrize("agent", [Chat, Responses, ChatByOpenAI, ResponsesByOpenAI, GoesOn])
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("script", LOOPS.values(), ids=LOOPS)
@pytest.mark.parametrize("of_world", ["tape", "later_tape"])
def test_a_loop_of_several_calls(request, agent, streamed, script, of_world, vehicle, playing):
    with vehicle(playing(request.getfixturevalue(of_world)), script=script) as (url, log):
        loop, came, ids = agent(url, streamed), [], []
        for _ in script:
            text, made = loop.ask()
            came.append((text, [(name, json.loads(arguments)) for _, name, arguments in made]))
            ids += [id for id, *_ in made]
            for id, name, _ in made:
                loop.give(id, TOOLS[name])
    assert came == [(said.text, [(call.name, call.arguments) for call in said.calls]) for said in script]
    assert len(set(ids)) == len(ids)
    assert [exchange.answer.status for exchange in log.exchanges] == [200] * len(script)


def test_without_a_script_the_tape_answers_after_a_result(vehicle, replay):
    with vehicle(replay) as (url, _):
        loop = Chat(url, streamed=False)
        loop.turns[0]["content"] = "Is there a train to Oslo?"
        _, [(id, name, _)] = loop.ask()
        loop.give(id, TOOLS[name])
        text, made = loop.ask()
    assert (name, made) == ("find_train", [])
    assert text


def test_an_answer_that_a_fault_struck_is_said_once_more(vehicle, replay):
    with vehicle(replay, fault="unavailable-once", script=LOOPS["two"]) as (url, log):
        loop = Chat(url, streamed=False)
        with pytest.raises(AssertionError, match="capacity"):
            loop.ask()
        _, made = loop.ask()
    assert [name for _, name, _ in made] == ["find_train"]
    assert len(log.exchanges) == 2
