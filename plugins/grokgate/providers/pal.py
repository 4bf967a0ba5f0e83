"""pal-mcp-server 11.8 (formerly zen-mcp-server), driven where its server hands a request on: at its registry of providers.

The registry chooses by the name, as ``handle_call_tool`` does: X.AI, or whichever other provider with a key takes it.

Its top-level modules are named ``server``, ``providers``, ``tools``, ``utils`` …, so it always runs in a host of its own.
The face is asynchronous only; ``chat`` drives it in one event loop, whose connections it keeps. It has no way to stream:
``generate_content(stream=True)`` crashes on the stream it gets back.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from grokgate.providers.protocol import Setting
from grokgate.values.chat import ChatRequest, ChatResult, Message, ModelCard, Usage

CAPABILITIES = {
    "json": "supports_json_mode",
    "tools": "supports_function_calling",
    "thinking": "supports_extended_thinking",
    "streaming": "supports_streaming",
    "images": "supports_images",
}
_LISTED = re.compile(r"^- `(?P<name>[^`]+)`(?: → `(?P<model>[^`]+)`)?")


class Pal:
    """One ``XAIModelProvider``, in a server that was started as ``main`` does, short of speaking MCP.

    Importing ``server`` opens ``$PAL_LOG_DIR/mcp_server.log``; ``configure_providers`` reads the environment and reports what
    is wrong with it. The address has no variable, so the provider that it registers gives place to one made with it.
    """

    def __init__(self, setting: Setting) -> None:
        server = import_module("server")
        server.configure_providers()
        self._xai: Any = import_module("providers.xai").XAIModelProvider
        provider = self._xai(setting.api_key, base_url=setting.base_url)
        self._registry: Any = import_module("providers.registry").ModelProviderRegistry
        self._registry.register_provider(provider.get_provider_type(), provider)
        self._provider: Any = provider
        self._key = setting.api_key
        self._heading = f"## {provider.display_label()} "
        self._listmodels: Any = server.TOOLS["listmodels"]
        self._runner = asyncio.Runner()

    def chat(self, request: ChatRequest) -> ChatResult:
        """``generate_content`` takes a prompt, not turns; what it has no parameter for goes as a keyword, which it accepts."""
        keywords: dict[str, Any] = dict(request.parameters)
        if system := [message.content or "" for message in request.messages if message.role == "system"]:
            keywords["system_prompt"] = "\n\n".join(system)
        if request.limit is not None:
            keywords["max_output_tokens"] = request.limit
        if request.images:
            keywords["images"] = list(request.images)
        if request.response_format is not None:
            keywords["response_format"] = request.response_format
        if request.tools:
            keywords["tools"] = list(request.tools)
        if request.tool_choice is not None:
            keywords["tool_choice"] = request.tool_choice
        provider = self._registry.get_provider_for_model(request.model)
        if provider is None:  # the sentence of handle_call_tool, short of its list of other models
            raise ValueError(f"Model '{request.model}' is not available with current API keys.")
        return _result(self._runner.run(provider.generate_content(_prompt(request.messages), request.model, **keywords)))

    def models(self) -> Sequence[ModelCard]:
        """The names that the ``listmodels`` tool shows under X.AI; figures and capabilities are those declared for the name.

        The tool rounds windows and shows no capabilities, so these come from where it takes its own. What the allow-list
        blocks is not shown.
        """
        said = self._runner.run(self._listmodels.execute({}))
        shown: dict[str, list[str]] = {}
        for line in _section(json.loads(said[0].text)["content"], self._heading):
            if listed := _LISTED.match(line):
                name, model = listed["name"], listed["model"]
                shown.setdefault(model or name, []).extend([name] if model else [])
        return [self._card(model, tuple(aliases)) for model, aliases in shown.items()]

    def read_timeout(self) -> float | None:
        """Of a provider at xAI's own address: one that is given another address waits longer."""
        timeout: float | None = self._xai(self._key).timeout_config.read
        return timeout

    def close(self) -> None:
        self._runner.run(self._closed())
        self._runner.close()

    async def _closed(self) -> None:
        """Within a running loop the library only schedules its closing, so that is waited for."""
        self._provider.close()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))

    def _card(self, model: str, aliases: tuple[str, ...]) -> ModelCard:
        declared = self._provider.get_all_model_capabilities().get(model)
        if declared is None:
            return ModelCard(id=model, aliases=aliases)
        return ModelCard(
            id=model,
            aliases=aliases,
            context_window=declared.context_window or None,
            max_output_tokens=declared.get_effective_max_output_tokens(),
            capabilities=tuple(name for name, attribute in CAPABILITIES.items() if getattr(declared, attribute)),
        )


def _prompt(messages: Sequence[Message]) -> str:
    """One turn as it is; several as text, each under its role."""
    turns = [message for message in messages if message.role != "system"]
    if len(turns) == 1 and turns[0].role == "user":
        return turns[0].content or ""
    return "\n\n".join(f"{turn.role}: {_said(turn)}" for turn in turns)


def _said(turn: Message) -> str:
    calls = [f"{call.name}({json.dumps(call.arguments, ensure_ascii=False)})" for call in turn.tool_calls]
    return "\n".join([turn.content, *calls] if turn.content is not None else calls)


def _section(text: str, heading: str) -> Iterator[str]:
    inside = False
    for line in text.splitlines():
        if line.startswith("## "):
            inside = line.startswith(heading)
        elif inside:
            yield line


def _result(response: Any) -> ChatResult:
    """A ``ModelResponse``: ``metadata["model"]`` is the model that answered, ``model_name`` the one that was asked for, resolved.

    An MCP user is told less: the tools' ``model_used`` repeats the name as it was typed. Usage has three figures, and
    reasoning tokens are not among them. Tool calls and visible thinking are not handed on.
    """
    usage, told = response.usage or {}, response.metadata or {}
    return ChatResult(
        text=response.content,
        finish_reason=told.get("finish_reason"),
        usage=Usage(
            prompt_tokens=usage.get("input_tokens"),
            completion_tokens=usage.get("output_tokens"),
            total_tokens=usage.get("total_tokens"),
        ),
        told_model=told.get("model"),
    )
