"""Policies: requirements, waivers and their YAML, with positions."""
