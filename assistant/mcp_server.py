"""The operations as tools of the Model Context Protocol, for an agent that starts us itself (docs/api.md).

Gradio's own MCP server is not used: `gradio[mcp]` 6.31 holds pydantic back (docs/decisions/0022).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.operations import Operations

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

    from assistant.assistant import Assistant

_INSTRUCTIONS = (
    "Notes d'actualité de France urbaine, l'association des grandes villes et métropoles. « ask » répond par des "
    "phrases citées, ou refuse quand les notes ne disent rien : ne complétez pas un refus."
)
_TOOLS = {
    "ask": "Pose une question : la réponse et ses citations, ou un refus.",
    "retrieve": "Cherche les meilleurs passages pour une question.",
    "notes": "Liste les notes, vingt par page.",
    "note": "Donne une note entière.",
}


def mcp_server(bot: Assistant) -> MCPServer:
    """A server with one tool an operation; what an argument cannot be comes back as the tool's error."""
    from mcp.server.mcpserver import MCPServer

    server = MCPServer("assistant-france-urbaine", instructions=_INSTRUCTIONS, log_level="ERROR")
    operations = Operations(bot)
    for name, description in _TOOLS.items():
        server.add_tool(getattr(operations, name), name=name, description=description)
    return server
