"""What a deployment is made of: parts handed out, databases, and the files that start it."""
