"""Does an answer look like one of xAI's, and does it keep what all of them keep? The same code for recorded and bundled ones."""
