"""Drawing what is hidden of a piece around what is known, for each representation whose models can."""
