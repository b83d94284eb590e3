-- Which definition a read model was built by: one built by another is built anew when the projector starts.
ALTER TABLE projections.checkpoints ADD COLUMN shape text;
