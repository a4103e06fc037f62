"""HTTP as strangers speak it: connections, heads, bodies, cookies and what is told of who asks."""
