"""The pages: each handler asks the history and renders one template."""
