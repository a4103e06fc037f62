"""The API of other programs: operations over HTTP, described by one document that is made of them."""
