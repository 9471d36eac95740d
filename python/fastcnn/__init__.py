"""FastCNN: convolutional networks made small and fast, and the proof of it."""
