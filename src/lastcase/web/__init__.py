"""What people see: pages, one folder a group. No rules and no writes of its own."""
