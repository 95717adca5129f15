"""The shell of pages, forms, errors and sign-in, on a toy service."""
