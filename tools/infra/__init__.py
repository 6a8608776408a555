"""What Bicep templates declare, and what the types of Azure's resources allow."""
