"""The MCP server: its tools in this process, and the command over its standard output, by the SDK's own client."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from assistant import Assistant, Settings
from assistant.mcp_server import mcp_server

QUESTION = "Qui pilote le programme DcANT ?"


async def tools_and_answer(server: Any) -> tuple[set[str], dict[str, Any], bool]:
    async with Client(server) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        answer = await client.call_tool("ask", {"question": QUESTION})
        wrong = await client.call_tool("retrieve", {"question": QUESTION, "limit": 0})
        return names, json.loads(answer.content[0].text), bool(wrong.is_error)


def test_an_agent_gets_answers_with_their_citations(bot: Assistant) -> None:
    names, answer, is_error = asyncio.run(tools_and_answer(mcp_server(bot)))
    assert names == {"ask", "retrieve", "notes", "note"}
    assert answer["kind"] == "answer"
    assert "SGMAP" in answer["citations"][0]["quote"]
    assert is_error


@pytest.mark.slow
def test_the_command_speaks_the_protocol_and_nothing_else(settings: Settings) -> None:
    variables = {"ASSISTANT_INDEX_DIR": str(settings.index_dir), "ASSISTANT_CORPUS_DIR": str(settings.corpus_dir)}
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "assistant.cli", "mcp"],
        env={**os.environ, **variables},
        cwd=Path(__file__).parents[1],
    )
    _, answer, _ = asyncio.run(tools_and_answer(command))
    assert answer["kind"] == "answer"
