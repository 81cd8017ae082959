"""The ground floor: every field and every state, said once. It imports nothing of the engine."""


def label(name: str) -> str:
    """A name as people read it: "page_view" is "Page view", "lead.became_hot" is "Lead became hot"."""
    return name.replace(".", " ").replace("_", " ").capitalize()
