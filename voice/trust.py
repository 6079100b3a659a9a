"""Imported where job processes are forked from, so that they inherit the trust store.

At the end of each job livekit-agents opens an HTTP session, only to close it, and for that reads
the machine's certificates, which held up a job's event loop for 124 ms (seen once, livekit-agents
1.8.9), the briefer's at the very moment of the move.
"""

from livekit.agents.utils import http_context

# It keeps what it has read for the life of the process, and of those forked from it.
http_context._create_ssl_context()
