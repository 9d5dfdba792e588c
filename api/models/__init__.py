"""The bodies of the HTTP surface, one noun a module; docs/architecture.md is the contract."""
