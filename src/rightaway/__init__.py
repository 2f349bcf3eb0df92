"""Rightaway: Release and Deployment Management."""

__version__ = "0.1.0"
