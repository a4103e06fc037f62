"""The window: pages for people, in a process that holds no key and no file of the desk."""
