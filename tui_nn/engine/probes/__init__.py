"""What can be seen of training: a file a probe, computed only while somebody watches."""
