"""Blurred pictures of views: asked for by people, told of by records, brought by boxes. Files: `hub.blobs`."""
