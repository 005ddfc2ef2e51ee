"""Policies: requirements, waivers and their YAML, with positions."""

from aiaudit.policy.lint import check_attributes
from aiaudit.policy.load import LoadedPolicy, load_policies
from aiaudit.policy.waivers import load_waivers

__all__ = ["LoadedPolicy", "check_attributes", "load_policies", "load_waivers"]
