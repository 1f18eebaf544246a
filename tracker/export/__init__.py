"""The history as files for analysts: tidy tables, declared once, in the form that is asked for."""
