"""Keys of people: wrapped by a key-encryption key from outside the database, so that they can be destroyed."""
