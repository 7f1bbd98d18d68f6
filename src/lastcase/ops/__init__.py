"""Operations: what people record and do, kept in PostgreSQL, under who may see it."""
