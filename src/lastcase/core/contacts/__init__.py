"""From cases to contacts: infectious windows, exposures, categories, rings."""
