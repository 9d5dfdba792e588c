"""The endpoints of ``/api/v1``, one noun a module."""
