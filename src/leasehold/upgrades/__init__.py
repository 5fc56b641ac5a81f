"""`leasehold upgrade`: a new release beside the old one, which stays until the new one has proved itself."""
