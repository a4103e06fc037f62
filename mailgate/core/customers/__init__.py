"""Who customers are, as the desk was told: values and finding."""
