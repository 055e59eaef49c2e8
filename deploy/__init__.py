"""What an installation consists of, and the files to install it elsewhere."""
