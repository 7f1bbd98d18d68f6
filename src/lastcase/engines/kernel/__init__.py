"""The simulation kernel: `core.simulate.reference` computed event by event, in proportion to the people touched."""
