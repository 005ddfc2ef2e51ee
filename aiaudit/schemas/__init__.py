"""JSON Schemas, generated and checked in."""
