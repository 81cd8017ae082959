"""The use cases of the pipeline, one short transaction each. n8n decides their order."""
