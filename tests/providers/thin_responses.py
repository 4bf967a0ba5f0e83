"""A client of ``/v1/responses`` as its users write one, and the same with one thing wrong."""

import json
from dataclasses import replace
from typing import ClassVar

import httpx

from grokgate.formats.rollout_file import rollout
from grokgate.values.chat import ChatResult, Delta, ToolCall, Usage


class Thin:
    """Right: httpx, and a translation that the API's page shows; each thing that one can get wrong is a method."""

    tells: ClassVar = {"reasoning": "included"}
    description: ClassVar = {
        "name": "thin-responses",
        "kind": "passthrough",
        "claims": ["chat", "json", "tools", "thinking", "streaming"],
    }

    def __init__(self, setting):
        key = {"Authorization": f"Bearer {setting.api_key}"}
        self.http = httpx.Client(base_url=setting.base_url, headers=key, timeout=3600)

    def close(self):
        self.http.close()

    def chat(self, request):
        return self.result(self.http.post("/responses", json=self.body(request)).raise_for_status().json())

    def stream(self, request):
        with self.http.stream("POST", "/responses", json={**self.body(request), "stream": True}) as answer:
            answer.is_success or answer.read()
            answer.raise_for_status()
            for event in (json.loads(line[5:]) for line in answer.iter_lines() if line.startswith("data:")):
                yield from self.deltas(event)
                if event["type"] in self.ends:
                    return
        raise ConnectionError("the stream ended before its last event")

    ends: ClassVar = ("response.completed", "response.incomplete")

    def deltas(self, event):
        if event["type"] == "response.output_text.delta":
            yield Delta(text=event["delta"])
        if event["type"] == "response.reasoning_summary_text.delta":
            yield Delta(reasoning=event["delta"])
        if event["type"] in self.ends:
            whole = self.result(event["response"])
            yield Delta(
                tool_calls=whole.tool_calls, usage=whole.usage, told_model=whole.told_model, finish_reason=whole.finish_reason
            )

    def body(self, request):
        asked = dict(request.parameters)
        if "reasoning_effort" in asked:
            asked["reasoning"] = self.reasoning(asked.pop("reasoning_effort"))
        if request.limit is not None:
            asked |= self.limit(request.limit)
        if request.response_format:
            asked |= self.format(request.response_format)
        if request.tools:
            asked["tools"] = [*map(self.tool, request.tools)]
        if request.tool_choice:
            asked["tool_choice"] = self.choice(request.tool_choice)
        return {
            "model": request.model,
            "input": [item for turn in request.messages for item in self.items(turn, request)],
            **asked,
        }

    def reasoning(self, effort):
        return {"effort": effort}

    def limit(self, limit):
        return {"max_output_tokens": limit}

    def format(self, wanted):
        return {"text": {"format": {"type": wanted["type"], **wanted.get("json_schema", {})}}}

    def tool(self, tool):
        return {"type": "function", **tool["function"]}

    def choice(self, choice):
        return choice if isinstance(choice, str) else {"type": "function", "name": choice["function"]["name"]}

    def items(self, turn, request):
        if turn.role == "tool":
            yield self.output(turn)
            return
        parts = [{"type": "input_image", "image_url": url} for url in request.images if turn is request.messages[-1]]
        if turn.content:
            content = [{"type": "input_text", "text": turn.content}, *parts] if parts else turn.content
            yield {"role": turn.role, "content": content, **({"name": turn.name} if turn.name else {})}
        for call in turn.tool_calls:
            yield {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": json.dumps(call.arguments)}

    def output(self, turn):
        return {"type": "function_call_output", "call_id": turn.tool_call_id, "output": turn.content}

    def result(self, answer):
        items, used = answer["output"], answer["usage"]
        parts = [part for item in items if item["type"] == "message" for part in item["content"]]
        thought = [part for item in items if item["type"] == "reasoning" for part in item["summary"]]
        calls = [item for item in items if item["type"] == "function_call"]
        return ChatResult(
            text="".join(part["text"] for part in parts),
            finish_reason=(answer.get("incomplete_details") or {}).get("reason") or answer["status"],
            told_model=answer["model"],
            tool_calls=tuple(
                ToolCall(id=call["call_id"], name=call["name"], arguments=json.loads(call["arguments"])) for call in calls
            ),
            reasoning="".join(part["text"] for part in thought) or None,
            usage=self.usage(used),
        )

    def usage(self, used):
        return Usage(
            prompt_tokens=used["input_tokens"],
            completion_tokens=used["output_tokens"],
            reasoning_tokens=used["output_tokens_details"]["reasoning_tokens"],
            total_tokens=used["total_tokens"],
            cached_tokens=used["input_tokens_details"]["cached_tokens"],
        )


class Otherwise(Thin):
    """Right as well: the system prompt as instructions, texts in parts, nothing kept at xAI, chat's words for what came back."""

    tells: ClassVar = {"reasoning": "beside"}

    def body(self, request):
        body = super().body(request)
        system = [item["content"] for item in body["input"] if item.get("role") == "system"]
        items = [self.in_parts(item) for item in body["input"] if item.get("role") != "system"]
        return {**body, "input": items, "store": False, **({"instructions": system[0]} if system else {})}

    def in_parts(self, item):
        if not isinstance(item.get("content"), str):
            return item
        kind = "output_text" if item["role"] == "assistant" else "input_text"
        return {**item, "type": "message", "content": [{"type": kind, "text": item["content"]}]}

    def result(self, answer):
        whole = super().result(answer)
        words = {"max_output_tokens": "length", "completed": "tool_calls" if whole.tool_calls else "stop"}
        return replace(whole, finish_reason=words[whole.finish_reason])

    def usage(self, used):
        told = super().usage(used)
        return replace(told, completion_tokens=told.completion_tokens - told.reasoning_tokens)


class KnowsTheEfforts(Thin):
    """Leaves an effort out for models that have none, and says so in its description."""

    without_effort: ClassVar = [id for id, model in rollout("grok-4.7").models.items() if not model.takes("reasoning_effort")]
    description: ClassVar = {**Thin.description, "kind": "passthrough", "converts": ["reasoning_effort"]}

    def body(self, request):
        return super().body(request.without(["reasoning_effort"]) if request.model in self.without_effort else request)


class MisnamesTheEffort(KnowsTheEfforts):
    """Has chat's word within the object of responses."""

    def reasoning(self, effort):
        return {"reasoning_effort": effort}


class HandsTheEffortOnMisnamed(Thin):
    """The same, of a client that converts nothing."""

    def reasoning(self, effort):
        return {"reasoning_effort": effort}


class SendsReasoningEmptied(Thin):
    """Keeps the items of an answer, and strips what it does not know of them before they go back."""

    def items(self, turn, request):
        if turn.tool_calls:
            yield {"type": "reasoning", "id": "rs_1", "summary": []}
        yield from super().items(turn, request)


class SendsEmptyTurns(Thin):
    """Sends each turn as a message, whether it said anything or not."""

    def items(self, turn, request):
        if turn.role == "assistant" and not turn.content:
            yield {"role": "assistant", "content": ""}
        yield from super().items(turn, request)


class AsksForTheSchemaAsOnChat(Thin):
    """Sends ``response_format``, which this endpoint does not know."""

    def format(self, wanted):
        return {"response_format": wanted}


class NestsTheSchemaAsOnChat(Thin):
    """Sends chat's value at the right place."""

    def format(self, wanted):
        return {"text": {"format": wanted}}


class OffersToolsAsOnChat(Thin):
    """Sends functions nested, as chat has them."""

    def tool(self, tool):
        return tool


class LimitsAsOnChat(Thin):
    """Sends ``max_tokens``, which this endpoint does not know."""

    def limit(self, limit):
        return {"max_tokens": limit}


class AnswersCallsAsOnChat(Thin):
    """Sends the result of a call as a message of the role tool."""

    def output(self, turn):
        return {"role": "tool", "tool_call_id": turn.tool_call_id, "content": turn.content}


class LosesTheReasoning(Thin):
    """Takes the output for what was said, and tells no thinking."""

    tells: ClassVar = {}

    def usage(self, used):
        told = super().usage(used)
        return replace(told, completion_tokens=told.completion_tokens - told.reasoning_tokens, reasoning_tokens=0)


class TakesTheIncompleteForWhole(Thin):
    """Does not look at how an answer ended."""

    def result(self, answer):
        return replace(super().result(answer), finish_reason="stop")
