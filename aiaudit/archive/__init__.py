"""The archive: audits kept as evidence that shows when it was changed."""
