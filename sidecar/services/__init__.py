"""The use cases beside the pipeline: what people and clients do with what is stored."""
