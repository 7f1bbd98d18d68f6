"""The visits lake of an outbreak: where it lies, what is fed to it, and the search over it and the record."""
