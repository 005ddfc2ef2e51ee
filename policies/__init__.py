"""Policy packs, one YAML file each."""
