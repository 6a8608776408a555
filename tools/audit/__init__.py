"""What is known of the packages that are deployed: advisories, and the bill of materials."""
