"""Where today's code and that of running calls part: the name of each patch, and nothing else.

Ask with `workflow.patched(patches.NAME)`: yes takes the new way, no the way that the history
went. Under each name stands what has changed, and from when calls must be for the patch to go.
How a patch comes and goes is said in `docs/decisions/0012-deploys.md`. There is none now.
"""
