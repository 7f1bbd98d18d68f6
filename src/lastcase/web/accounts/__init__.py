"""Sign-in, one-time links, posts, language, the reader's purpose."""
